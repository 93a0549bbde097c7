// Specs of the command palette's order.
import { describe, expect, it } from 'vitest';
import { rank } from './rank';

const find = (typed: string) =>
  rank(['My session', 'Sessions', 'System', 'Sign out'], typed, (title) => title);

describe('rank', () => {
  it('keeps the given order while nothing is typed', () => {
    expect(find('')).toEqual(['My session', 'Sessions', 'System', 'Sign out']);
  });

  it('puts titles that begin with the typed text before words inside them', () => {
    expect(find('sess')).toEqual(['Sessions', 'My session']);
  });

  it('finds letters in order and leaves out what does not fit', () => {
    expect(find('sgn')).toEqual(['Sign out']);
    expect(find('xyz')).toEqual([]);
  });
});

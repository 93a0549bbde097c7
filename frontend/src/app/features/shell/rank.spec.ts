// Specs of the command palette's order.
import { describe, expect, it } from 'vitest';
import { rank } from './rank';

const find = (typed: string) =>
  rank(
    [
      { title: 'My session', about: 'your score and why' },
      { title: 'Sessions', about: 'live sessions by risk' },
      { title: 'System', about: 'health, sockets, cache, bus' },
      { title: 'Sign out', about: 'end this session' },
    ],
    typed,
  ).map(({ title }) => title);

describe('rank', () => {
  it('keeps the given order while nothing is typed', () => {
    expect(find('')).toEqual(['My session', 'Sessions', 'System', 'Sign out']);
  });

  it('puts titles that begin with the typed text before words inside them', () => {
    expect(find('sess')).toEqual(['Sessions', 'My session', 'Sign out']);
  });

  it('finds a place by what it is about', () => {
    expect(find('cache')).toEqual(['System']);
  });

  it('finds letters in order and leaves out what does not fit', () => {
    expect(find('sgn')).toEqual(['Sign out']);
    expect(find('xyz')).toEqual([]);
  });
});

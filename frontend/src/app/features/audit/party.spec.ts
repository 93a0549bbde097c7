// Specs of the ends of audit records.
import { describe, expect, it } from 'vitest';
import { isParty, partyOf } from './party';

describe('partyOf', () => {
  it('links people, sessions and alerts for an admin', () => {
    expect(partyOf('session:abc', true)).toEqual({
      kind: 'session',
      name: 'abc',
      path: '/sessions/abc',
    });
  });

  it('links nothing for an auditor, who may not open those pages', () => {
    expect(partyOf('session:abc', false).path).toBeUndefined();
  });

  it('reads parts of the system, and what has no colon', () => {
    expect(partyOf('system:sweep', true)).toEqual({
      kind: 'system',
      name: 'sweep',
      path: undefined,
    });
    expect(partyOf('demo', true)).toEqual({ kind: 'demo', name: '', path: undefined });
  });
});

it('tells those that have a page from words with a colon', () => {
  expect(['user:1', 'session:a', 'note: user:1', 'user: who?', 'system:jobs'].map(isParty)).toEqual(
    [true, true, false, false, false],
  );
});

// Specs of the ends of audit records.
import { describe, expect, it } from 'vitest';
import { partyOf } from './party';

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

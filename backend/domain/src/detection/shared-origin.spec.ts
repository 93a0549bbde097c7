// What trouble in several accounts of one origin is worth.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AlertMessage } from '@verity/protocol/alerts/messages';
import type { SessionId, UserId } from '@verity/protocol/ids';
import { ORIGINS, type TroubledSession } from './ports';
import { byOrigin, SHARED, sharedOrigin } from './shared-origin';

const now = new Date('2026-03-10T12:00:00.000Z');
const troubled = (account: number, address = '198.51.100.9'): TroubledSession => ({
  id: `s${account}` as SessionId,
  account: { id: `u${account}` as UserId, email: `u${account}@example.org` },
  startedAt: new Date(now.getTime() + account),
  address,
  device: 'd',
  agent: 'a',
});
const many = (count: number) => Array.from({ length: count }, (_, i) => troubled(i));

describe('troubled sessions', () => {
  it('are gathered by origin, each account once, and only where there are enough', () => {
    const sessions = [...many(3), troubled(0), troubled(7, '192.0.2.1')];
    expect(byOrigin(sessions, 'address')).toEqual(new Map([['198.51.100.9', many(3)]]));
    expect(byOrigin(many(1), 'device').size).toBe(0);
  });

  it('are a finding that fits the stream, exactly when the troubled are enough and no small part', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ORIGINS),
        fc.string({ minLength: 1, maxLength: 400 }),
        fc.integer({ min: 0, max: 12 }),
        fc.integer({ min: 0, max: 60 }),
        (origin, value, count, others) => {
          const accounts = count + others;
          const found = sharedOrigin({ origin, value, accounts }, many(count), now);
          const { accounts: least, share } = SHARED[origin];
          expect(found !== null).toBe(count >= least && count / accounts >= share);
          if (found) expect(AlertMessage.safeParse(found.report).success).toBe(true);
        },
      ),
    );
  });

  it('are the same finding while no further account is among them', () => {
    const of = (count: number) =>
      sharedOrigin({ origin: 'address', value: 'x', accounts: count }, many(count), now)?.newest;
    expect(of(4)).toBe(of(4));
    expect(of(5)).not.toBe(of(4));
  });
});

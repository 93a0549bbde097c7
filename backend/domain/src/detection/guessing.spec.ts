// What many failed sign-ins over a day are worth.
import { describe, expect, it } from 'vitest';
import { AlertMessage } from '@verity/protocol/alerts/messages';
import type { UserId } from '@verity/protocol/ids';
import { guessing, GUESSING } from './guessing';
import type { FailedSignIns } from './ports';

const now = new Date('2026-03-10T12:00:00.000Z');
const failed = (account: number, address: number): FailedSignIns => ({
  address: `198.51.100.${address}`,
  account: { id: `u${account}` as UserId, email: `u${account}@example.org` },
  failures: 2,
  firstAt: new Date(now.getTime() - 10_000 + account * 10 + address),
});
const accounts = (count: number) => Array.from({ length: count }, (_, i) => failed(i, 1));

describe('failed sign-ins', () => {
  it('of few accounts from one address are forgetful people', () => {
    expect(guessing(accounts(GUESSING.accounts - 1), [], now)).toEqual([]);
  });

  it('of many accounts from one address are one finding, graver with more of them', () => {
    const severities = [5, 9, 10].map((count) => {
      const [one, ...more] = guessing(accounts(count), [], now);
      expect(more).toEqual([]);
      expect(AlertMessage.safeParse(one?.report).success).toBe(true);
      return one?.report.severity;
    });
    expect(severities).toEqual(['medium', 'medium', 'high']);
  });

  it('followed by a session from the same address are critical; from elsewhere, or before, they are not', () => {
    const severity = (address: string, ms: number) =>
      guessing(
        accounts(5),
        [{ account: 'u1' as UserId, address, at: new Date(now.getTime() + ms) }],
        now,
      )[0]?.report.severity;
    expect(severity('198.51.100.1', 0)).toBe('critical');
    expect(severity('192.0.2.1', 0)).toBe('medium');
    expect(severity('198.51.100.1', -60_000)).toBe('medium');
  });

  it('of one account from many addresses name the account', () => {
    const all = Array.from({ length: 5 }, (_, address) => failed(1, address));
    expect(guessing(all, [], now)).toMatchObject([
      { report: { user_id: 'u1', title: '5 addresses failed to sign in as u1@example.org' } },
    ]);
  });
});

// One origin behind trouble in several accounts: an address, a device, or a browser that nobody else names so.
import type { Finding, Origin, TroubledSession } from './ports';
import { named } from './words';

/**
 * Troubled accounts that make a finding, and their share of all accounts of the origin: in a large office some are always
 * asked for proof. Judgements: there is no data on them.
 */
export const SHARED: Record<Origin, { accounts: number; share: number }> = {
  address: { accounts: 3, share: 0.3 },
  device: { accounts: 2, share: 0.5 },
  // A current browser is named alike by thousands: only one that hardly anybody uses in peace tells something.
  agent: { accounts: 4, share: 0.9 },
};

const WORDS: Record<Origin, (value: string) => string> = {
  address: (value) => `from ${value}`,
  device: () => 'on one device',
  agent: () => 'in a browser that is hardly used otherwise',
};

const originOf = (session: TroubledSession, origin: Origin): string | null => session[origin];

/** Troubled sessions by what they share, of each account the first; those of enough accounts to be looked into. */
export function byOrigin(
  troubled: readonly TroubledSession[],
  origin: Origin,
): Map<string, TroubledSession[]> {
  const found = new Map<string, Map<string, TroubledSession>>();
  for (const session of troubled) {
    const value = originOf(session, origin);
    if (!value) continue;
    const accounts = found.get(value) ?? new Map<string, TroubledSession>();
    if (!accounts.has(session.account.id)) accounts.set(session.account.id, session);
    found.set(value, accounts);
  }
  return new Map(
    [...found]
      .map(([value, accounts]): [string, TroubledSession[]] => [value, [...accounts.values()]])
      .filter(([, sessions]) => sessions.length >= SHARED[origin].accounts),
  );
}

/** Null when too many others use it in peace. `sessions` is one of each troubled account, oldest first. */
export function sharedOrigin(
  { origin, value, accounts }: { origin: Origin; value: string; accounts: number },
  sessions: readonly TroubledSession[],
  now: Date,
): Finding | null {
  const count = sessions.length;
  const share = count / Math.max(accounts, count);
  const newest = sessions.at(-1);
  if (!newest || count < SHARED[origin].accounts || share < SHARED[origin].share) return null;
  const where = WORDS[origin](value);
  const confidence = share * (1 - 2 ** -count);
  return {
    newest: newest.account.id,
    newestAt: newest.startedAt,
    report: {
      kind: 'shared_origin',
      severity: count >= SHARED[origin].accounts * 2 ? 'critical' : 'high',
      title: `${count} accounts are in trouble ${where}`.slice(0, 200),
      description:
        `${count} of ${Math.max(accounts, count)} accounts that were used ${where} were ended, owed a proof, or are of high risk: ` +
        `${named(sessions.map(({ account }) => account.email))}. Somebody may go through them one by one.`,
      confidence,
      at: now.toISOString(),
      group_key: `shared_origin:${origin}:${value}`.slice(0, 200),
      session_id: null,
      user_id: null,
      sources: [
        {
          layer: 0,
          model_name: `rule: shared ${origin}`,
          confidence,
          context_evidence: {
            [origin]: value.slice(0, 200),
            troubled_accounts: count,
            accounts: Math.max(accounts, count),
          },
        },
      ],
    },
  };
}

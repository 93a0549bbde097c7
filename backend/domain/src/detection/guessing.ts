// Slow guessing of passwords: what stays below the bursts that are seen as they happen, and shows only over a day.
import type { AlertSource, Severity } from '@verity/protocol/alerts/schemas';
import type { FailedSignIns, Finding, SignIn } from './ports';
import { named } from './words';

/** Accounts that one address failed at, and addresses that one account was failed at from. People forget one password. */
export const GUESSING = { accounts: 5, addresses: 5 } as const;
/** Counterparts of an address or an account that are read: more change nothing. */
export const MOST_COUNTERPARTS = 100;
/** Twice as many leave little doubt. */
const PLENTY = 2;

/**
 * One address that fails at many accounts, and one account that many addresses fail at. When one of the accounts was then
 * entered from the same address, it is critical.
 */
export function guessing(
  failed: readonly FailedSignIns[],
  signIns: readonly SignIn[],
  now: Date,
): Finding[] {
  return [
    ...groups(failed, ({ address }) => address).flatMap(([address, all]) => {
      const entered = all.filter(({ account, firstAt }) =>
        signIns.some(
          (one) => one.account === account.id && one.address === address && one.at > firstAt,
        ),
      );
      return all.length < GUESSING.accounts ? [] : [spraying(address, all, entered, now)];
    }),
    ...groups(failed, ({ account }) => account.id).flatMap(([, all]) =>
      all.length < GUESSING.addresses ? [] : [besieged(all, now)],
    ),
  ];
}

function spraying(
  address: string,
  all: readonly FailedSignIns[],
  entered: readonly FailedSignIns[],
  now: Date,
): Finding {
  const severity: Severity =
    entered.length > 0 ? 'critical' : all.length >= GUESSING.accounts * PLENTY ? 'high' : 'medium';
  const failures = sum(all);
  const whom = named(entered.map(({ account }) => account.email));
  return finding(all, {
    group: `guessing:address:${address}`,
    severity,
    title: `${address} failed to sign in to ${counted(all)} accounts`,
    description:
      `${failures} sign-ins from ${address} failed at ${counted(all)} accounts: ${named(all.map(({ account }) => account.email))}. ` +
      (entered.length > 0
        ? `It then entered ${whom}: ask for proof there, and have the password changed.`
        : 'None of them was entered from there. A shared address with forgetful people looks alike.'),
    evidence: { address, accounts: all.length, failures, entered: entered.length },
    // Of what was entered, the newest fact is the entry.
    suffix: entered.length > 0 ? ':entered' : '',
    user: null,
    now,
  });
}

function besieged(all: readonly FailedSignIns[], now: Date): Finding {
  const { account } = all[0] as FailedSignIns;
  const failures = sum(all);
  return finding(all, {
    group: `guessing:account:${account.id}`,
    severity: all.length >= GUESSING.addresses * PLENTY ? 'high' : 'medium',
    title: `${counted(all)} addresses failed to sign in as ${account.email}`,
    description: `${failures} sign-ins as ${account.email} failed from ${counted(all)} addresses: ${named(all.map(({ address }) => address))}. Each stayed below what throttles an address.`,
    evidence: { addresses: all.length, failures },
    suffix: '',
    user: account.id,
    now,
  });
}

function finding(
  all: readonly FailedSignIns[],
  about: {
    group: string;
    severity: Severity;
    title: string;
    description: string;
    evidence: AlertSource['context_evidence'];
    suffix: string;
    user: FailedSignIns['account']['id'] | null;
    now: Date;
  },
): Finding {
  const newest = all.reduce((last, one) => (one.firstAt > last.firstAt ? one : last));
  // Each further one halves what is left of the doubt.
  const confidence = 1 - 2 ** -(all.length - GUESSING.accounts + 1);
  return {
    newest: `${newest.address}:${newest.account.id}${about.suffix}`,
    newestAt: newest.firstAt,
    report: {
      kind: 'slow_guessing',
      severity: about.severity,
      title: about.title.slice(0, 200),
      description: about.description.slice(0, 2_000),
      confidence,
      at: about.now.toISOString(),
      group_key: about.group,
      session_id: null,
      user_id: about.user,
      sources: [
        {
          layer: 0,
          model_name: 'rule: slow guessing',
          confidence,
          context_evidence: about.evidence,
        },
      ],
    },
  };
}

const counted = (all: readonly FailedSignIns[]): string =>
  all.length < MOST_COUNTERPARTS ? String(all.length) : `${MOST_COUNTERPARTS} or more`;

const sum = (all: readonly FailedSignIns[]): number =>
  all.reduce((total, { failures }) => total + failures, 0);

const groups = <T>(all: readonly T[], key: (one: T) => string): [string, T[]][] => {
  const found = new Map<string, T[]>();
  for (const one of all) found.set(key(one), [...(found.get(key(one)) ?? []), one]);
  return [...found];
};

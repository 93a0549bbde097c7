// What a sign-in, a door or a person tells about a session, as observations with documented weights.
import type { Observation } from '@verity/protocol/risk/messages';
import { clamp } from '../kernel/maths';
import { STEP_UP_WEIGHT, type StepUpProof } from './evidence';

const set = (source: Observation['source'], weight: number, value: string): Observation => ({
  source,
  mode: 'set',
  weight,
  value,
});

export interface DeviceFacts {
  /** No session of the account had this device before. */
  isNew: boolean;
  trusted: boolean;
  /** Parts of the profile that differ from when the device was last seen, e.g. "screen". */
  changed: readonly string[];
  /** The account's first device ever: there is nothing to compare it with. */
  isFirst: boolean;
}

export function deviceSignal({ isNew, trusted, changed, isFirst }: DeviceFacts): Observation {
  if (trusted && changed.length === 0) return set('device', -0.6, 'a device that you trust');
  if (changed.length > 0 && !isNew) {
    return set(
      'device',
      0.4 + 0.2 * Math.min(2, changed.length),
      `this device has changed: ${changed.slice(0, 3).join(', ')}`,
    );
  }
  if (isFirst) return set('device', 0.3, 'your first device');
  return isNew
    ? set('device', 0.8, 'a device never seen with this account')
    : set('device', -0.2, 'a device that you have used before');
}

export interface AddressFacts {
  /** The very address was seen with the account. */
  known: boolean;
  /** An address of the same network (/24 of IPv4, /48 of IPv6) was seen. */
  knownNetwork: boolean;
  /** The account has no history of addresses. */
  isFirst: boolean;
  /** The facility that it belongs to by configuration, and whether the account was there before. */
  facility?: string | null;
  knownFacility?: boolean;
}

export function addressSignal(facts: AddressFacts): Observation {
  const { known, knownNetwork, isFirst, facility, knownFacility } = facts;
  if (known) return set('address', -0.4, 'an address that you use');
  if (knownNetwork) return set('address', 0.1, 'a new address in a network that you use');
  if (facility && knownFacility) return set('address', 0.1, `a new address at ${facility}`);
  if (facility && !isFirst) return set('address', 0.4, `your first time at ${facility}`);
  return isFirst
    ? set('address', 0.2, 'your first address')
    : set('address', 0.6, 'a network never seen with this account');
}

/** The network of an address: its /24 (IPv4, also mapped into IPv6) or /48 (IPv6); the text itself when it is neither. */
export function networkOf(address: string): string {
  const mapped = /^(?:::ffff:)?(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.\d{1,3}$/i.exec(address);
  if (mapped) return `${mapped[1]}.${mapped[2]}.${mapped[3]}.0/24`;
  const bare = address.split('%', 1)[0] as string;
  if (!/^[0-9a-f:]+$/i.test(bare) || !bare.includes(':')) return address;
  const [head = '', tail] = bare.split('::', 2) as [string, string?];
  const front = head === '' ? [] : head.split(':');
  const back = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length);
  const groups = [...front, ...new Array<string>(zeros).fill('0'), ...back].slice(0, 3);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/48`;
}

/** Sign-ins per hour of the day, 24 numbers. */
export type HourHabit = readonly number[];

/**
 * How usual the hour (0 to 23) is: the ratio of its smoothed share to an even spread. Neighbouring hours count half,
 * and `smoothing` even sign-ins are added, so that a few sign-ins say little. Null before the fifth sign-in.
 */
export function hourSignal(habit: HourHabit, hour: number, smoothing = 12): Observation | null {
  const total = habit.reduce((sum, n) => sum + n, 0);
  if (total < 5 || !Number.isInteger(hour) || hour < 0 || hour > 23) return null;
  const at = (h: number): number => habit[(h + 24) % 24] ?? 0;
  const near = (at(hour) + 0.5 * at(hour - 1) + 0.5 * at(hour + 1)) / 2;
  const ratio = (near + smoothing / 24) / ((total + smoothing) / 24);
  const weight = clamp(-0.35 * Math.log(ratio), -0.2, 0.6);
  const clock = `${String(hour).padStart(2, '0')}:00 UTC`;
  return weight > 0.05
    ? set('hour', weight, `you seldom sign in around ${clock}`)
    : set('hour', weight, `you often sign in around ${clock}`);
}

/** Failed sign-ins to the account in the last 15 minutes before this session, or while it lives. */
export function failedLoginsSignal(failures: number): Observation | null {
  if (failures < 2) return null;
  return set(
    'failed_logins',
    clamp(0.3 * (failures - 1), 0, 2.5),
    `${failures} failed sign-ins to this account in 15 minutes`,
  );
}

/** Live sessions of the account, this one among them, and from how many networks they come. */
export function concurrentSignal(sessions: number, networks: number): Observation {
  if (sessions < 2) return set('concurrent_sessions', 0, 'the only session of this account');
  const weight = clamp(0.1 * (sessions - 1) + 0.4 * (networks - 1), 0, 1.2);
  const from = networks > 1 ? ` from ${networks} networks` : '';
  return set('concurrent_sessions', weight, `${sessions} sessions at once${from}`);
}

/** Telemetry that was sent before, or that repeats other timings to the byte: no person does that. */
export const replaySignal = (): Observation => ({
  source: 'replay',
  mode: 'add',
  weight: 2.5,
  value: 'behaviour that was recorded and sent again',
});

export const verdictSignal = (verdict: 'me' | 'not_me', by: 'user' | 'admin'): Observation => {
  const who = by === 'user' ? 'you said' : 'an administrator said';
  return verdict === 'me'
    ? set('verdict', -2, `${who} that this was you`)
    : set('verdict', 8, `${who} that this was not you`);
};

const PROOF_WORDS: Record<StepUpProof, string> = {
  passkey: 'a passkey check passed',
  totp: 'an authenticator check passed',
  recovery_code: 'a recovery code was given',
  password: 'the password was given again',
};

export const stepUpSignal = (proof: StepUpProof): Observation =>
  set('step_up', STEP_UP_WEIGHT[proof], PROOF_WORDS[proof]);

/** Whoever signs in with a passkey has passed the strongest check there is. */
export const passkeySignInSignal = (): Observation =>
  set('step_up', STEP_UP_WEIGHT.passkey, 'you signed in with a passkey');

/** A passkey that counts its uses was used with fewer than are known: somebody may hold a copy. */
export const clonedPasskeySignal = (): Observation =>
  set('step_up', 2, 'a passkey of yours seems to exist twice');

/** Checks that failed in a row since the last that passed. */
export const failedStepUpSignal = (failures: number): Observation =>
  set('step_up', clamp(0.5 * failures, 0, 2), `${failures} failed attempts to prove who you are`);

// Signing in with a password or a passkey: throttle, verify, recognise the device, start a session.
// Whoever fails learns nothing of why: unknown, wrong, invited and disabled have one answer and take one time.
import type { Fault } from '@verity/protocol/faults';
import type { AssertionAnswer } from '@verity/protocol/identity/passkeys';
import type { DeviceProfile } from '@verity/protocol/identity/schemas';
import type { Clock, NewId } from '../kernel/ports';
import type { Tell } from './notices';
import type { RecordAction } from './outward';
import type { PasskeyRecord } from './passkey-ports';
import type { Passkeys } from './passkeys';
import { recogniseDevice, type DeviceSeen } from './recognise-device';
import type {
  Devices,
  PasswordHasher,
  SecretTokens,
  SessionRecord,
  Sessions,
  SignInThrottle,
  UserRecord,
  Users,
} from './ports';
import type { SessionLife } from './session-life';

/** Sessions looked back at for the addresses that an account uses. */
const HISTORY = 50;

export interface SignInPorts {
  users: Users;
  devices: Devices;
  sessions: Sessions;
  throttle: SignInThrottle;
  passwords: PasswordHasher;
  tokens: SecretTokens;
  passkeys: Pick<Passkeys, 'identify'>;
  life: Pick<SessionLife, 'start' | 'end'>;
  tell: Tell;
  record: RecordAction;
  clock: Clock;
  newId: NewId;
}

/** From where somebody signs in. */
export interface Visit {
  profile: DeviceProfile | undefined;
  userAgent: string;
  address: string;
}

export interface SignInRequest extends Visit {
  email: string;
  password: string;
}

export interface PasskeySignInRequest extends Visit {
  response: AssertionAnswer;
}

export interface SignedInPerson {
  ok: true;
  method: 'password' | 'passkey';
  user: UserRecord;
  session: SessionRecord;
  device: DeviceSeen;
  /** Addresses of earlier sessions, newest first, and the sign-ins by hour before this one. */
  addresses: string[];
  /** Where and when those sessions, and the other live ones, were last seen. */
  sightings: { address: string; facility: string | null; at: Date }[];
  hours: number[];
  /** The other live sessions of the person. */
  others: SessionRecord[];
  /** Failures of this account in the last 15 minutes. */
  failuresBefore: number;
}

export interface SignInRefused {
  ok: false;
  /** The person whose account was tried; null when there is none. Never told to the caller. */
  user: UserRecord | null;
  failuresOfAccount: number;
  failuresOfAddress: number;
  /** What to tell about a passkey; a password is always refused in the same words. */
  fault: Fault | null;
  /** A passkey of which there seems to be a copy. */
  cloned: PasskeyRecord | null;
}

/** Somebody who has proved who they are, on the way in. */
interface Entry {
  user: UserRecord;
  method: 'password' | 'passkey';
  /** What the throttle counts by. */
  account: string;
  failuresBefore: number;
  visit: Visit;
}

export type SignIn = ReturnType<typeof signIn>;

export function signIn(ports: SignInPorts) {
  const enter = async (entry: Entry): Promise<SignedInPerson | SignInRefused> => {
    const { user, method, account, visit, failuresBefore } = entry;
    const { address } = visit;
    await ports.throttle.succeeded(account, address);
    const before = await ports.sessions.list(
      { userId: user.id, sort: 'started' },
      { limit: HISTORY },
    );
    const { device, seen } = await recogniseDevice(ports, user, visit);
    const session = await ports.life.start(user, device, address, method);
    if (!(await isUnchanged(ports, user))) {
      await ports.life.end(session.id, {
        state: 'terminated',
        reason: 'The account was changed while it signed in.',
        by: 'system:sign-in',
      });
      return refuse(ports, { account, address, user, why: 'changed' });
    }
    await ports.record({
      actor: `user:${user.id}`,
      action: 'auth.login',
      subject: `session:${session.id}`,
      outcome: 'success',
      address,
      details: { device: `device:${device.id}`, new_device: seen.isNew, method },
    });
    if (seen.isNew && !seen.isFirst) {
      await ports.tell(user.id, {
        kind: 'new_device',
        title: 'A new device has signed in to your account',
        body: `${device.label} from ${address}. If this was not you, say so and the session ends.`,
        link: '/my-session',
        session: session.id,
      });
    }
    const now = ports.clock();
    await ports.users.countHour(user.id, now.getUTCHours(), now);
    return {
      ok: true,
      method,
      user,
      session,
      device: seen,
      addresses: before.items.map((each) => each.address),
      sightings: before.items.map(({ address: from, facility, lastSeenAt }) => ({
        address: from,
        facility: facility ?? null,
        at: lastSeenAt,
      })),
      hours: user.hours,
      others: (await ports.sessions.liveOfUser(user.id)).filter((each) => each.id !== session.id),
      failuresBefore,
    };
  };

  return {
    /** Throws `too-fast` when account or address has failed too often. */
    async withPassword(request: SignInRequest): Promise<SignedInPerson | SignInRefused> {
      const { email, password, ...visit } = request;
      const { address } = visit;
      const { failuresOfAccount: failuresBefore } = await ports.throttle.check(email, address);
      const user = await ports.users.byEmail(email);
      const fits = await ports.passwords.verify(user?.passwordHash ?? null, password);
      if (!user || !fits || user.status !== 'active') {
        const why = !user ? 'unknown' : !fits ? 'password' : user.status;
        return refuse(ports, { account: email, address, user, why });
      }
      return enter({ user, method: 'password', account: email, failuresBefore, visit });
    },

    /**
     * The passkey names its person, and its user was verified by it: no password is asked. Counted apart from
     * passwords, so that nobody is locked out by answers that others make up. Throws `too-fast`, and `invalid-input` or
     * `wrong-credentials` for an answer that is malformed or to no open question.
     */
    async withPasskey(request: PasskeySignInRequest): Promise<SignedInPerson | SignInRefused> {
      const { response, ...visit } = request;
      const { address } = visit;
      const account = `passkey ${response.id}`;
      const { failuresOfAccount: failuresBefore } = await ports.throttle.check(account, address);
      const proof = await ports.passkeys.identify(response);
      const { user } = proof;
      if (proof.ok && proof.user.status === 'active') {
        return enter({ user: proof.user, method: 'passkey', account, failuresBefore, visit });
      }
      const why = proof.ok ? proof.user.status : `passkey ${proof.why}`;
      const refused = await refuse(ports, { account, address, user, why });
      if (proof.ok) return refused;
      const cloned = proof.why === 'counter' ? proof.passkey : null;
      return { ...refused, fault: proof.fault, cloned };
    },
  };
}

interface Refusal {
  account: string;
  address: string;
  user: UserRecord | null;
  why: string;
}

async function refuse(
  ports: SignInPorts,
  { account, address, user, why }: Refusal,
): Promise<SignInRefused> {
  const failures = await ports.throttle.failed(account, address);
  await ports.record({
    actor: 'system:sign-in',
    action: 'auth.login_failed',
    // What was typed as an address may be anything, a password among them: it is not kept.
    subject: user ? `user:${user.id}` : 'user:unknown',
    outcome: 'failure',
    address,
    details: { why },
  });
  return { ok: false, user, ...failures, fault: null, cloned: null };
}

/** Whoever was disabled, or had the password changed, between the look-up and the session must not keep it. */
async function isUnchanged(ports: SignInPorts, user: UserRecord): Promise<boolean> {
  const now = await ports.users.byId(user.id);
  return (
    now?.status === 'active' && now.passwordHash === user.passwordHash && now.role === user.role
  );
}

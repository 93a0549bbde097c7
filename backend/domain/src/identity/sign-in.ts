// Signing in with a password: throttle, look up, verify, recognise the device, start a session.
// Whoever fails learns nothing of why: unknown, wrong, invited and disabled have one answer and take one time.
import type { DeviceProfile } from '@verity/protocol/identity/schemas';
import type { DeviceId } from '@verity/protocol/ids';
import type { Clock, NewId } from '../kernel/ports';
import { deviceLabel } from './device-label';
import type { Tell } from './notices';
import type { RecordAction } from './outward';
import type {
  DeviceRecord,
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
  life: Pick<SessionLife, 'start' | 'end'>;
  tell: Tell;
  record: RecordAction;
  clock: Clock;
  newId: NewId;
}

export interface SignInRequest {
  email: string;
  password: string;
  profile: DeviceProfile | undefined;
  userAgent: string;
  address: string;
}

/** What is known of the device that signed in, against what was known before. */
export interface DeviceSeen {
  isNew: boolean;
  isFirst: boolean;
  trusted: boolean;
  changed: string[];
}

export interface SignedInPerson {
  ok: true;
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
}

export function signIn(ports: SignInPorts) {
  /** Throws `too-fast` when account or address has failed too often. */
  return async (request: SignInRequest): Promise<SignedInPerson | SignInRefused> => {
    const { email, address } = request;
    const { failuresOfAccount: failuresBefore } = await ports.throttle.check(email, address);
    const user = await ports.users.byEmail(email);
    const fits = await ports.passwords.verify(user?.passwordHash ?? null, request.password);
    if (!user || !fits || user.status !== 'active') return refuse(ports, request, user, fits);

    await ports.throttle.succeeded(email, address);
    const before = await ports.sessions.list(
      { userId: user.id, sort: 'started' },
      { limit: HISTORY },
    );
    const { device, seen } = await recogniseDevice(ports, user, request);
    const session = await ports.life.start(user, device, address);
    if (!(await isUnchanged(ports, user))) {
      await ports.life.end(session.id, {
        state: 'terminated',
        reason: 'The account was changed while it signed in.',
        by: 'system:sign-in',
      });
      return refuse(ports, request, user, true);
    }
    await ports.record({
      actor: `user:${user.id}`,
      action: 'auth.login',
      subject: `session:${session.id}`,
      outcome: 'success',
      address,
      details: { device: `device:${device.id}`, new_device: seen.isNew },
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
}

async function refuse(
  ports: SignInPorts,
  { email, address }: SignInRequest,
  user: UserRecord | null,
  fits: boolean,
): Promise<SignInRefused> {
  const failures = await ports.throttle.failed(email, address);
  await ports.record({
    actor: 'system:sign-in',
    action: 'auth.login_failed',
    // What was typed as an address may be anything, a password among them: it is not kept.
    subject: user ? `user:${user.id}` : 'user:unknown',
    outcome: 'failure',
    address,
    details: { why: !user ? 'unknown' : !fits ? 'password' : user.status },
  });
  return { ok: false, user, ...failures };
}

/** Whoever was disabled, or had the password changed, between the look-up and the session must not keep it. */
async function isUnchanged(ports: SignInPorts, user: UserRecord): Promise<boolean> {
  const now = await ports.users.byId(user.id);
  return (
    now?.status === 'active' && now.passwordHash === user.passwordHash && now.role === user.role
  );
}

async function recogniseDevice(
  ports: SignInPorts,
  user: UserRecord,
  { profile, userAgent }: SignInRequest,
): Promise<{ device: DeviceRecord; seen: DeviceSeen }> {
  const now = ports.clock();
  // A program that tells nothing of itself is recognised by its user agent.
  const fingerprintHash = ports.tokens.hash(profile?.fingerprint ?? `agent ${userAgent}`);
  const known = await ports.devices.byFingerprint(user.id, fingerprintHash);
  if (known) {
    const device = await ports.devices.change(known.id, { userAgent, lastSeenAt: now });
    const seen = { isNew: false, isFirst: false, trusted: device.trusted };
    return { device, seen: { ...seen, changed: changedParts(known, profile, userAgent) } };
  }
  const isFirst = (await ports.devices.ofUser(user.id)).length === 0;
  const device: DeviceRecord = {
    id: ports.newId<DeviceId>(),
    userId: user.id,
    fingerprintHash,
    label: deviceLabel(userAgent, profile?.platform),
    userAgent,
    platform: profile?.platform ?? '',
    screen: profile?.screen ?? null,
    languages: profile?.languages ?? [],
    trusted: false,
    firstSeenAt: now,
    lastSeenAt: now,
  };
  await ports.devices.add(device);
  return { device, seen: { isNew: true, isFirst, trusted: false, changed: [] } };
}

/** A new version of the same browser is no change; another browser or system is. */
function changedParts(
  known: DeviceRecord,
  profile: DeviceProfile | undefined,
  userAgent: string,
): string[] {
  const changed: string[] = [];
  if (deviceLabel(known.userAgent) !== deviceLabel(userAgent)) changed.push('browser');
  if (!profile) return changed;
  if (known.platform !== profile.platform) changed.push('platform');
  if (known.languages.join() !== profile.languages.join()) changed.push('languages');
  if (known.screen !== (profile.screen ?? null)) changed.push('screen');
  return changed;
}

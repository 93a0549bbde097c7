// Taking over the session of an application's user: known by the application's name for them, never by a password here.
import { Fault } from '@verity/protocol/faults';
import type { Application, HandedSession } from '@verity/protocol/applications/schemas';
import type { DeviceProfile } from '@verity/protocol/identity/schemas';
import type { Clock, NewId } from '../kernel/ports';
import { newPerson } from './links';
import { recogniseDevice } from './recognise-device';
import type { RecordAction } from './outward';
import type { Devices, SecretTokens, Sessions, UserRecord, Users } from './ports';
import type { SessionLife } from './session-life';
import type { SignedInPerson } from './sign-in';

/** Sessions looked back at for the addresses that a user comes from. */
const HISTORY = 50;

export interface HandOverPorts {
  users: Users;
  devices: Devices;
  sessions: Sessions;
  tokens: Pick<SecretTokens, 'hash'>;
  life: Pick<SessionLife, 'start'>;
  record: RecordAction;
  clock: Clock;
  newId: NewId;
}

export type Holder = Pick<Application, 'id' | 'handle'>;

/** The name of an application's user among all people: behind the last `@` stands no e-mail domain but the handle. */
export const subjectName = (externalId: string, handle: string): string =>
  `${externalId}@${handle}`;

export function handOver(ports: HandOverPorts) {
  const { users } = ports;

  const subjectOf = async (holder: Holder, { user }: HandedSession): Promise<UserRecord> => {
    const email = subjectName(user.id, holder.handle);
    const known = await users.byEmail(email);
    if (known) return renamed(known, user.name);
    const subject: UserRecord = {
      ...newPerson(ports, {
        email,
        name: user.name ?? user.id.slice(0, 100),
        role: 'user',
        status: 'active',
        passwordHash: null,
      }),
      applicationId: holder.id,
      externalId: user.id,
    };
    try {
      await users.add(subject);
      return subject;
    } catch (error) {
      // Two sessions of a new user at once: the other one was faster.
      const there = await users.byEmail(email);
      if (!there) throw error;
      return there;
    }
  };

  const renamed = (user: UserRecord, name: string | undefined): Promise<UserRecord> | UserRecord =>
    name === undefined || name === user.name ? user : users.change(user.id, { name });

  /** Throws `conflict` when an admin has disabled that user. */
  return async (holder: Holder, handed: HandedSession, by: string): Promise<SignedInPerson> => {
    const user = await subjectOf(holder, handed);
    if (user.status !== 'active') {
      throw new Fault('conflict', 'An admin of Verity has disabled this user.', {
        fix: 'Do not let them in; an admin can enable the user again.',
      });
    }
    const { address, user_agent: userAgent } = handed;
    const before = await ports.sessions.list(
      { userId: user.id, sort: 'started' },
      { limit: HISTORY },
    );
    const profile = profileOf(holder, handed, ports.tokens);
    const { device, seen } = await recogniseDevice(ports, user, { profile, userAgent });
    const session = await ports.life.start(user, device, address);
    await ports.record({
      actor: by,
      action: 'auth.handed_over',
      subject: `session:${session.id}`,
      outcome: 'success',
      address,
      details: {
        application: `application:${holder.id}`,
        user: `user:${user.id}`,
        device: `device:${device.id}`,
        new_device: seen.isNew,
      },
    });
    const now = ports.clock();
    await users.countHour(user.id, now.getUTCHours(), now);
    return {
      ok: true,
      method: 'password',
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
      failuresBefore: 0,
    };
  };
}

/** Without an id of the application's own the device is recognised by its user agent, as a program is. */
function profileOf(
  holder: Holder,
  { device, locale }: HandedSession,
  tokens: Pick<SecretTokens, 'hash'>,
): DeviceProfile | undefined {
  if (!device?.id) return undefined;
  return {
    fingerprint: tokens.hash(`${holder.id} ${device.id}`),
    platform: device.platform ?? '',
    screen: device.screen,
    languages: device.languages ?? (locale ? [locale] : []),
  };
}

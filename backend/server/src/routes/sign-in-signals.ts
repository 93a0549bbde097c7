// What a sign-in tells the score: evidence about device, address, hour, company and failures, onto the bus.
import type { Bus } from '@verity/domain/bus/ports';
import type { Clock } from '@verity/domain/kernel/ports';
import type { SessionRecord, Sessions } from '@verity/domain/identity/ports';
import { methodsOf } from '@verity/domain/identity/recovery';
import type { SignedInPerson, SignInRefused } from '@verity/domain/identity/sign-in';
import { failedLoginBurst } from '@verity/domain/alerts/reports';
import {
  addressSignal,
  concurrentSignal,
  deviceSignal,
  failedLoginsSignal,
  hourSignal,
  networkOf,
  passkeySignInSignal,
} from '@verity/domain/risk/signals';
import { travelSignal, type Locate } from '@verity/domain/risk/travel';
import type { FindingMessage, Observation } from '@verity/protocol/risk/messages';

/** Failures from one address, whatever the account, that are worth a look. */
const ADDRESS_BURST = 20;

export interface SignalPorts {
  bus: Pick<Bus, 'publish'>;
  sessions: Pick<Sessions, 'liveOfUser'>;
  /** Where an address is; answers null where no location table is configured. */
  locate: Locate;
  clock: Clock;
}

export const finding = (
  session: Pick<SessionRecord, 'id' | 'userId'>,
  cause: FindingMessage['cause'],
  observations: (Observation | null)[],
  at: Date,
): FindingMessage => ({
  session_id: session.id,
  user_id: session.userId,
  observed_at: at.toISOString(),
  cause,
  observations: observations.filter((each) => each !== null),
});

/** Publishes the finding of the new session, and tells the person's other sessions that they have company. */
export async function publishSignIn(ports: SignalPorts, person: SignedInPerson): Promise<void> {
  const { session, others, addresses, sightings, device } = person;
  const at = ports.clock();
  const live = [session, ...others];
  const networks = new Set(live.map((each) => networkOf(each.address)));
  const company = concurrentSignal(live.length, networks.size);
  const known = new Set(addresses.map(networkOf));
  const observations = [
    deviceSignal(device),
    addressSignal({
      known: addresses.includes(session.address),
      knownNetwork: known.has(networkOf(session.address)),
      isFirst: addresses.length === 0,
      facility: session.facility,
      knownFacility: sightings.some(({ facility }) => facility === session.facility),
    }),
    travelSignal(ports.locate, { address: session.address, at }, sightings),
    hourSignal(person.hours, at.getUTCHours()),
    failedLoginsSignal(person.failuresBefore),
    company,
    person.method === 'passkey' ? passkeySignInSignal() : null,
  ];
  const [best_proof] = methodsOf(person.user);
  await Promise.all([
    ports.bus.publish('stream:findings', {
      ...finding(session, 'sign_in', observations, at),
      ...(best_proof ? { best_proof } : {}),
    }),
    ...others.map((other) =>
      ports.bus.publish('stream:findings', finding(other, 'concurrent', [company], at)),
    ),
  ]);
}

/** Publishes what a failed sign-in means: for the live sessions of that account, and as an alert when it is one of many. */
export async function publishFailure(
  ports: SignalPorts,
  refused: SignInRefused,
  address: string,
): Promise<void> {
  const at = ports.clock();
  const { user, failuresOfAccount, failuresOfAddress } = refused;
  const reports = [
    failedLoginBurst({
      target: user ? { userId: user.id, email: user.email } : 'unknown account',
      failures: failuresOfAccount,
      address,
      at,
    }),
    failuresOfAddress >= ADDRESS_BURST
      ? failedLoginBurst({ target: 'address', failures: failuresOfAddress, address, at })
      : null,
  ].filter((report) => report !== null);
  await Promise.all(reports.map((report) => ports.bus.publish('stream:alerts', report)));

  const signal = failedLoginsSignal(failuresOfAccount);
  if (!user || !signal) return;
  for (const session of await ports.sessions.liveOfUser(user.id)) {
    await ports.bus.publish('stream:findings', finding(session, 'failed_login', [signal], at));
  }
}

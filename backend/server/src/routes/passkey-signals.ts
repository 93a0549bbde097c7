// What happens to the ways of proving oneself, told where it matters: record, person, score, operators.
import { clonedPasskey } from '@verity/domain/alerts/reports';
import type { Journal } from '@verity/domain/audit/ports';
import type { Tell } from '@verity/domain/identity/notices';
import type { UserRecord } from '@verity/domain/identity/ports';
import type { PasskeyRecord } from '@verity/domain/identity/passkey-ports';
import { methodsOf } from '@verity/domain/identity/recovery';
import type { SessionLife } from '@verity/domain/identity/session-life';
import { clonedPasskeySignal } from '@verity/domain/risk/signals';
import { finding, type SignalPorts } from './sign-in-signals';

export interface PasskeySignalPorts extends SignalPorts {
  journal: Journal;
  tell: Tell;
}

/** A passkey of which there seems to be a copy was refused: the person, the operators and the live sessions learn of it. */
export async function reportClone(
  ports: PasskeySignalPorts,
  user: UserRecord,
  passkey: PasskeyRecord,
  address: string,
): Promise<void> {
  const at = ports.clock();
  await ports.journal.record({
    actor: 'system:passkeys',
    action: 'auth.passkey_cloned',
    subject: `user:${user.id}`,
    outcome: 'failure',
    address,
    details: { passkey: passkey.id, counter: passkey.counter },
  });
  const report = clonedPasskey({ userId: user.id, userEmail: user.email, passkey, address, at });
  await ports.bus.publish('stream:alerts', report, { priority: 1 });
  for (const session of await ports.sessions.liveOfUser(user.id)) {
    const observations = [clonedPasskeySignal()];
    await ports.bus.publish('stream:findings', finding(session, 'step_up', observations, at));
  }
  await ports.tell(user.id, {
    kind: 'account',
    title: `Your passkey "${passkey.name}" seems to exist twice`,
    body: 'It was refused. Remove it, enrol another, and end the sessions that you do not know.',
    link: '/account',
    session: null,
  });
}

/** Carries the strong ways of a person into the rights of the live sessions, and into what would change their scores. */
export async function carryWays(
  ports: SignalPorts & { life: Pick<SessionLife, 'refreshRights'> },
  user: UserRecord,
): Promise<void> {
  await ports.life.refreshRights(user.id, {
    totpEnrolled: user.totp !== null,
    passkeyEnrolled: user.passkeys.length > 0,
  });
  const [best_proof] = methodsOf(user);
  if (!best_proof) return;
  const at = ports.clock();
  for (const session of await ports.sessions.liveOfUser(user.id)) {
    await ports.bus.publish('stream:findings', {
      ...finding(session, 'enrolment', [], at),
      best_proof,
    });
  }
}

// What follows when an appeal is right: evidence for the person, rights that an admin took, alerts that were false.
import type { Petition } from '@verity/protocol/alerts/petition-schemas';
import type { Alert } from '@verity/protocol/alerts/schemas';
import type { AlertId } from '@verity/protocol/ids';
import { statusesBefore } from '@verity/domain/alerts/workflow';
import type { SessionRecord } from '@verity/domain/identity/ports';
import { livesIn } from '@verity/domain/identity/session-rights';
import { verdictSignal } from '@verity/domain/risk/signals';
import type { PetitionPorts } from './petition-ports';
import { finding } from './sign-in-signals';

type Ports = Pick<
  PetitionPorts,
  'alerts' | 'sessions' | 'life' | 'bus' | 'announcer' | 'journal' | 'clock'
>;

/** Answers what it did, for the record. */
export async function overturn(
  ports: Ports,
  petition: Petition,
  { by, address }: { by: string; address: string },
): Promise<{ evidence_given: boolean; false_alerts: number }> {
  const session = petition.session_id ? await ports.sessions.byId(petition.session_id) : null;
  const lives = session !== null && livesIn(session.state);
  if (lives) await speakFor(ports, session, petition, by);
  const closed = await closeAlerts(ports, petition);
  for (const alert of closed) {
    ports.announcer.announce('threat_alert', ['alerts'], { alert, change: 'updated' });
    await ports.journal.record({
      actor: by,
      action: 'alert.changed',
      subject: `alert:${alert.id}`,
      outcome: 'success',
      address,
      details: { status: alert.status, petition: petition.id },
    });
  }
  return { evidence_given: lives, false_alerts: closed.length };
}

/** The score falls, and the policy follows it. What an admin had asked for by hand is given back by hand. */
async function speakFor(
  ports: Ports,
  session: SessionRecord,
  petition: Petition,
  by: string,
): Promise<void> {
  const observations = [verdictSignal('me', 'admin')];
  await ports.bus.publish(
    'stream:findings',
    finding(session, 'verdict', observations, ports.clock()),
  );
  if (petition.decision_id || petition.alert_id || session.state === 'active') return;
  await ports.life.change(session.id, {
    state: 'active',
    reason: 'Your appeal was right.',
    by,
  });
}

async function closeAlerts(ports: Ports, petition: Petition): Promise<Alert[]> {
  const from = statusesBefore('false_positive');
  const ids = new Set<AlertId>(petition.alert_id ? [petition.alert_id] : []);
  if (petition.session_id) {
    const filter = { sessionId: petition.session_id, kind: ['risk_crossing' as const] };
    const { items } = await ports.alerts.list({ ...filter, status: from }, { limit: 50 });
    for (const { id } of items) ids.add(id);
  }
  if (ids.size === 0) return [];
  return ports.alerts.changeMany([...ids], 'false_positive', from, ports.clock());
}

// What tracking outcomes needs, from the stores that there are.
import type { Alerts } from '@verity/domain/alerts/ports';
import type {
  JudgedSessions,
  OutcomeTrackerPorts,
  Outcomes,
} from '@verity/domain/policy/outcome-ports';
import type { Decisions } from '@verity/domain/policy/ports';

export interface OutcomeStores {
  outcomes: Outcomes;
  judged: Pick<JudgedSessions, 'standing'>;
  alerts: Pick<Alerts, 'byId'>;
  decisions: Pick<Decisions, 'highSince'>;
}

export const outcomeTools = (stores: OutcomeStores): OutcomeTrackerPorts => ({
  outcomes: stores.outcomes,
  judged: stores.judged,
  sessionOfAlert: async (id) => (await stores.alerts.byId(id))?.session_id ?? null,
  highSince: (session, since, until) => stores.decisions.highSince(session, since, until),
});

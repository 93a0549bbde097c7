// What happened, as a webhook tells it: drawn from the messages of the bus, with the id that makes it count once.
import type { AlertMessage } from '@verity/protocol/alerts/messages';
import type { WebhookEventKind } from '@verity/protocol/applications/webhooks';
import type { AuditRecord } from '@verity/protocol/audit/schemas';
import type { SessionId } from '@verity/protocol/ids';
import type { DecisionMessage } from '@verity/protocol/policy/messages';
import type { Band } from '@verity/protocol/risk/schemas';

export interface WebhookEvent {
  /** The same whenever the message behind it is read again. */
  id: string;
  kind: WebhookEventKind;
  at: string;
  /** The session it is about; null when it concerns everybody. */
  session: SessionId | null;
  data: Record<string, unknown>;
}

const EFFECTS = {
  allow: 'session.restored',
  step_up: 'session.step_up',
  restrict: 'session.restricted',
} as const;

/** Zero, one or two events: the effect and the band may change in one decision. */
export function eventsOfDecision(messageId: string, decision: DecisionMessage): WebhookEvent[] {
  const { session_id: session, at, band, effect } = decision;
  const data = {
    session_id: session,
    risk_score: decision.risk_score,
    band,
    effect,
    reasons: decision.reasons,
    rule_id: decision.rule_id,
    rule_name: decision.rule_name,
    policy_version: decision.policy_version,
  };
  const found: WebhookEvent[] = [];
  const { previous_band } = decision;
  if (entersAnother(previous_band, band)) {
    found.push({
      id: `${messageId}.band`,
      kind: 'session.risk_band_changed',
      at,
      session,
      data: { ...data, previous_band },
    });
  }
  // A termination is told when it has happened, whoever caused it: see the audit records.
  if (decision.change === 'effect' && effect !== 'terminate') {
    found.push({ id: messageId, kind: EFFECTS[effect], at, session, data });
  }
  return found;
}

/** A first score in the lowest band is what everybody expects: it is no news. */
const entersAnother = (before: DecisionMessage['previous_band'], now: Band): boolean =>
  before === null ? now !== 'low' : before !== undefined && before !== now;

export function eventOfAlert(messageId: string, alert: AlertMessage): WebhookEvent | null {
  if (!alert.session_id) return null;
  const { kind, severity, title, description, confidence, session_id: session, at } = alert;
  return {
    id: messageId,
    kind: 'alert.raised',
    at,
    session,
    data: { session_id: session, alert_kind: kind, severity, title, description, confidence },
  };
}

const OF_ACTION: Partial<Record<AuditRecord['action'], WebhookEventKind>> = {
  'session.terminated': 'session.terminated',
  'session.step_up_asked': 'session.step_up',
  'auth.step_up': 'session.step_up_passed',
  'policy.changed': 'policy.updated',
  'policy.restored': 'policy.updated',
};

export function eventOfRecord(record: AuditRecord): WebhookEvent | null {
  const kind = OF_ACTION[record.action];
  if (!kind) return null;
  const [what, id = ''] = record.subject.split(':', 2);
  const { id: eventId, at } = record;
  if (what === 'policy') {
    return { id: eventId, kind, at, session: null, data: { policy_version: Number(id) } };
  }
  const { reason, method } = record.details;
  const session = id as SessionId;
  const told = { session_id: session, reason, method };
  const data = Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));
  return { id: eventId, kind, at, session, data };
}

// All that is kept of a person, as one JSON document that is written while it is read: no size is too large for it.
import type { UserId } from '@verity/protocol/ids';
import type { Alerts } from '@verity/domain/alerts/ports';
import type { AuditIndex } from '@verity/domain/audit/ports';
import type { Petitions } from '@verity/domain/alerts/petition-ports';
import type {
  Devices,
  Notifications,
  SessionRecord,
  Sessions,
  Users,
} from '@verity/domain/identity/ports';
import type { Moments } from '@verity/domain/policy/moments';
import type { Outcomes } from '@verity/domain/policy/outcome-ports';
import type { Decisions } from '@verity/domain/policy/ports';
import type { BehaviourModels, BehaviourWindows, RiskHistory } from '@verity/domain/risk/ports';
import { ownAudit } from './own-audit';
import { pages } from './pages';
import { personOf } from './identity-ports';
import {
  presentDevice,
  presentNotification,
  presentOwnPetition,
  presentSession,
  presentUser,
} from './present';
import { presentOwnDecision } from './why-words';

export interface ExportPorts {
  users: Pick<Users, 'byId'>;
  devices: Pick<Devices, 'ofUser'>;
  sessions: Pick<Sessions, 'list'>;
  history: Pick<RiskHistory, 'ofSession'>;
  windows: Pick<BehaviourWindows, 'walk'>;
  models: Pick<BehaviourModels, 'list'>;
  decisions: Pick<Decisions, 'ofUser'>;
  moments: Pick<Moments, 'ofUser'>;
  outcomes: Pick<Outcomes, 'ofUser'>;
  alerts: Pick<Alerts, 'list'>;
  notifications: Pick<Notifications, 'list' | 'muted'>;
  petitions: Pick<Petitions, 'list'>;
  audit: Pick<AuditIndex, 'list'>;
}

const FORMAT = { format: 'verity-personal-data', version: 1 };

/** The document in pieces. `at` is when it was asked for. */
export async function* exportOf(
  ports: ExportPorts,
  userId: UserId,
  at: Date,
): AsyncGenerator<string, void, undefined> {
  const user = await personOf(ports.users, userId);
  const sessions = () =>
    pages((page) => ports.sessions.list({ userId, sort: 'started' }, page), presentSession);
  const head = {
    ...FORMAT,
    exported_at: at.toISOString(),
    account: presentUser(user),
    muted_notifications: await ports.notifications.muted(userId),
  };
  yield JSON.stringify(head).slice(0, -1);
  yield* section('devices', (await ports.devices.ofUser(userId)).map(presentDevice));
  yield* section('sessions', sessions());
  yield* section('scores', scoresOf(ports, sessions()));
  yield* section('behaviour', windowsOf(ports, userId));
  yield* section(
    'models',
    (await ports.models.list(userId)).map(({ modality, version, trainedAt, windows, track }) => ({
      modality,
      version,
      trained_at: trainedAt.toISOString(),
      windows,
      track: track ?? 'standing',
    })),
  );
  yield* section(
    'decisions',
    pages(
      (page) => ports.decisions.ofUser(userId, {}, page),
      (decision) => presentOwnDecision(decision, null),
    ),
  );
  yield* section('outcomes', ports.outcomes.ofUser(userId));
  yield* section('moments', momentsOf(ports, userId));
  yield* section(
    'alerts',
    pages(
      (page) => ports.alerts.list({ userId }, page),
      ({ notes: _, assignee: __, ...alert }) => alert,
    ),
  );
  yield* section(
    'notifications',
    pages((page) => ports.notifications.list(userId, {}, page), presentNotification),
  );
  yield* section(
    'petitions',
    pages((page) => ports.petitions.list({ userId }, page), presentOwnPetition),
  );
  yield* section('audit', ownAudit(ports.audit, userId));
  yield '}\n';
}

/** One member of the document: an array, a line for each item. */
async function* section(
  name: string,
  items: Iterable<unknown> | AsyncIterable<unknown>,
): AsyncGenerator<string, void, undefined> {
  let before = '';
  yield `,\n"${name}":[`;
  for await (const item of items) {
    yield `${before}\n${JSON.stringify(item)}`;
    before = ',';
  }
  yield ']';
}

async function* scoresOf(
  { history }: Pick<ExportPorts, 'history'>,
  sessions: AsyncIterable<{ id: SessionRecord['id'] }>,
) {
  for await (const { id } of sessions) {
    for (const { at, riskScore, band } of await history.ofSession(id, new Date(0))) {
      yield { session_id: id, at: at.toISOString(), risk_score: riskScore, band };
    }
  }
}

/** What the policy was told of each session. */
async function* momentsOf({ moments }: Pick<ExportPorts, 'moments'>, userId: UserId) {
  for await (const { sessionId, at, score, weights, facts } of moments.ofUser(userId)) {
    yield {
      session_id: sessionId,
      at: new Date(at).toISOString(),
      risk_score: score,
      weights,
      facts,
    };
  }
}

async function* windowsOf({ windows }: Pick<ExportPorts, 'windows'>, userId: UserId) {
  for await (const { sessionId, modality, at, features, track } of windows.walk(userId)) {
    yield {
      session_id: sessionId,
      modality,
      at: at.toISOString(),
      track: track ?? 'standing',
      // What a window lacks is no number, and JSON knows none such.
      features: features.map((value) => (Number.isFinite(value) ? value : null)),
    };
  }
}

// The queue of alerts, in MongoDB.
import type { Connection } from 'mongoose';
import { Fault } from '@verity/protocol/faults';
import type { AlertId } from '@verity/protocol/ids';
import type { AlertMessage } from '@verity/protocol/alerts/messages';
import {
  ALERT_KINDS,
  ALERT_STATUSES,
  SEVERITIES,
  type Alert,
  type AlertStatus,
  type Severity,
} from '@verity/protocol/alerts/schemas';
import type { AlertFilter, Alerts } from '@verity/domain/alerts/ports';
import { isClosed } from '@verity/domain/alerts/workflow';
import { mapPage, pageOf, type PageRequest } from './paging';
import { contains } from './search';
import { declareCollection, op, Store, type Filter, type Update } from './store';

/** Reports whose ids an alert remembers, so that one that is delivered again is not counted again. */
const REMEMBERED_REPORTS = 500;
const KEPT_SOURCES = 20;

type Same = 'kind' | 'title' | 'description' | 'status' | 'confidence' | 'count' | 'facility_id';
type Also = 'session_id' | 'user_id' | 'user_email' | 'assignee' | 'sources' | 'demo';

export interface AlertDocument extends Pick<Alert, Same | Also> {
  _id: AlertId;
  /** Index in SEVERITIES, so that it sorts. */
  severity: number;
  created_at: Date;
  updated_at: Date;
  notes: { at: Date; author: string; text: string }[];
  groupKey: string;
  /** Only one alert of a group is not closed. */
  closed: boolean;
  reports: string[];
}

export const alerts = declareCollection(
  'alerts',
  {
    _id: String,
    kind: { type: String, enum: ALERT_KINDS, required: true },
    severity: { type: Number, min: 0, max: SEVERITIES.length - 1, required: true },
    title: { type: String, required: true },
    description: String,
    status: { type: String, enum: ALERT_STATUSES, required: true },
    confidence: { type: Number, required: true },
    created_at: { type: Date, required: true },
    updated_at: { type: Date, required: true },
    count: { type: Number, required: true },
    facility_id: String,
    session_id: String,
    user_id: String,
    user_email: String,
    assignee: String,
    sources: [Object],
    notes: [Object],
    demo: { type: Boolean, required: true },
    groupKey: { type: String, required: true },
    closed: { type: Boolean, required: true },
    reports: [String],
  },
  [
    [{ groupKey: 1 }, { unique: true, partialFilterExpression: { closed: false } }],
    [{ reports: 1 }],
    [{ created_at: -1, _id: -1 }],
    [{ status: 1, severity: -1, created_at: -1 }],
    [{ session_id: 1 }],
    [{ user_id: 1 }],
    [{ demo: 1 }, { partialFilterExpression: { demo: true } }],
  ],
);

const rankOf = (severity: Severity): number => SEVERITIES.indexOf(severity);

function toAlert(document: AlertDocument): Alert {
  const { _id, severity, created_at, updated_at, notes, groupKey, closed, reports, ...rest } =
    document;
  return {
    id: _id,
    ...rest,
    severity: SEVERITIES[severity] ?? 'critical',
    created_at: created_at.toISOString(),
    updated_at: updated_at.toISOString(),
    notes: notes.map(({ at, ...note }) => ({ at: at.toISOString(), ...note })),
  };
}

export class MongoAlerts implements Alerts {
  readonly #store: Store<AlertDocument>;

  constructor(connection: Connection) {
    this.#store = new Store(connection, alerts);
  }

  async report(
    id: AlertId,
    messageId: string,
    report: AlertMessage,
    about: { userEmail: string | null; demo: boolean },
  ): ReturnType<Alerts['report']> {
    const counted = await this.#store.one({ reports: messageId });
    if (counted) return { alert: toAlert(counted), change: 'none' };
    const group = { groupKey: report.group_key, closed: false };
    const now = await this.#store.changeOrMake(group, joining(id, messageId, report, about));
    return { alert: toAlert(now), change: now._id === id ? 'new' : 'repeated' };
  }

  async byId(id: AlertId) {
    const found = await this.#store.one({ _id: id });
    return found && toAlert(found);
  }

  async list(filter: AlertFilter, request: PageRequest) {
    const newestFirst = { field: 'created_at', direction: -1 } as const;
    return mapPage(await pageOf(this.#store, condition(filter), newestFirst, request), toAlert);
  }

  async mostSevereOpen(limit: number) {
    const worstFirst = { severity: -1, created_at: -1 } as const;
    return (await this.#store.many({ status: 'open' }, worstFirst, limit)).map(toAlert);
  }

  async change(id: AlertId, { status, assignee, from }: Parameters<Alerts['change']>[1], at: Date) {
    const expected = from === undefined ? {} : { status: from };
    const $set = {
      updated_at: at,
      ...(status === undefined ? {} : { status, closed: isClosed(status) }),
      ...(assignee === undefined ? {} : { assignee }),
    };
    const changed = await reopening(() => this.#store.change({ _id: id, ...expected }, { $set }));
    return changed ? toAlert(changed) : this.#missed(id);
  }

  async addNote(id: AlertId, note: { at: Date; author: string; text: string }) {
    const update = { $push: { notes: note }, $set: { updated_at: note.at } };
    const changed = await this.#store.change({ _id: id }, update);
    return changed ? toAlert(changed) : this.#missed(id);
  }

  async changeMany(ids: AlertId[], status: AlertStatus, from: readonly AlertStatus[], at: Date) {
    const update = { $set: { status, closed: isClosed(status), updated_at: at } };
    const fitting = op({ $in: [...from] });
    const changed = await reopening(() =>
      Promise.all(ids.map((id) => this.#store.change({ _id: id, status: fitting }, update))),
    );
    return changed.filter((document) => document !== null).map(toAlert);
  }

  countOpen() {
    return this.#store.count({ status: 'open' });
  }

  async #missed(id: AlertId): Promise<never> {
    if (!(await this.#store.one({ _id: id })))
      throw new Fault('not-found', 'There is no such alert.');
    throw new Fault('conflict', 'Somebody else has moved this alert meanwhile.', {
      fix: 'Look at it again, then decide.',
    });
  }
}

/** The newest report speaks; severity and confidence only grow; who it is about stays. */
function joining(
  id: AlertId,
  messageId: string,
  report: AlertMessage,
  about: { userEmail: string | null; demo: boolean },
): Update {
  const at = new Date(report.at);
  return {
    $set: { title: report.title, description: report.description },
    $max: { severity: rankOf(report.severity), confidence: report.confidence, updated_at: at },
    $inc: { count: 1 },
    $push: {
      reports: { $each: [messageId], $slice: -REMEMBERED_REPORTS },
      sources: { $each: report.sources, $slice: -KEPT_SOURCES },
    },
    $setOnInsert: {
      _id: id,
      kind: report.kind,
      status: 'open',
      created_at: at,
      facility_id: report.facility_id ?? null,
      session_id: report.session_id,
      user_id: report.user_id,
      user_email: about.userEmail,
      assignee: null,
      notes: [],
      demo: about.demo,
    },
  };
}

function condition(filter: AlertFilter): Filter {
  const { status, severity, kind, sessionId, userId, assignee, q } = filter;
  return {
    ...(status ? { status: op({ $in: status }) } : {}),
    ...(severity ? { severity: op({ $in: severity.map(rankOf) }) } : {}),
    ...(kind ? { kind: op({ $in: kind }) } : {}),
    ...(sessionId ? { session_id: sessionId } : {}),
    ...(userId ? { user_id: userId } : {}),
    ...(assignee ? { assignee } : {}),
    ...(q ? contains(q, ['title', 'description', 'user_email']) : {}),
  };
}

async function reopening<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'conflict') throw error;
    throw new Fault('conflict', 'The same thing was reported since: a newer alert is open.', {
      fix: 'Work on the newer alert.',
      cause: error,
    });
  }
}

// What detection over a longer time looks at, read from MongoDB: failed sign-ins, sessions in trouble, alerts.
import type { Connection } from 'mongoose';
import type {
  Account,
  AlertFact,
  FailedSignIns,
  LeftOpen,
  Origin,
  SignIn,
  ThreatFacts,
  TroubledSession,
} from '@verity/domain/detection/ports';
import { SEVERITIES, type Severity } from '@verity/protocol/alerts/schemas';
import type { MessageId, SessionId, UserId } from '@verity/protocol/ids';
import { SESSION_STATES } from '@verity/protocol/identity/schemas';
import { alerts, type AlertDocument } from './alerts';
import { auditEntries } from './audit-entries';
import { devices, type DeviceDocument } from './devices';
import { policyOutcomes } from './policy-outcomes';
import { sessions, type SessionDocument } from './sessions';
import { op, Store, type Document, type Filter } from './store';
import { users, type UserDocument } from './users';

/** Addresses, and accounts, whose failures are looked into in one round. */
const MOST_GROUPS = 100;
/** Sessions in trouble, and alerts, the newest: more at once are an outage and no attack. */
const MOST_TROUBLED = 10_000;

/** How a challenge ends that its owner would have passed. */
const NO_PROOF = ['failed', 'abandoned', 'terminated'];

export class MongoThreatFacts implements ThreatFacts {
  readonly #alerts: Store<AlertDocument>;
  readonly #audit: Store<Document>;
  readonly #devices: Store<DeviceDocument>;
  readonly #outcomes: Store<Document>;
  readonly #sessions: Store<SessionDocument>;
  readonly #users: Store<UserDocument>;

  constructor(connection: Connection) {
    this.#alerts = new Store(connection, alerts);
    this.#audit = new Store(connection, auditEntries);
    this.#devices = new Store(connection, devices);
    this.#outcomes = new Store(connection, policyOutcomes);
    this.#sessions = new Store(connection, sessions);
    this.#users = new Store(connection, users);
  }

  async failedSignIns(
    since: Date,
    { least, most }: { least: number; most: number },
  ): Promise<FailedSignIns[]> {
    interface Pair {
      _id: { address: string; subject: string };
      failures: number;
      firstAt: string;
    }
    const wide = (key: 'address' | 'subject') => [
      {
        $group: {
          _id: `$_id.${key}`,
          // Bounded: an attack from everywhere must not be too large to be seen.
          pairs: { $firstN: { input: '$$ROOT', n: most } },
          count: { $sum: 1 },
        },
      },
      { $match: { count: { $gte: least } } },
      { $sort: { count: -1 as const, _id: 1 as const } },
      { $limit: MOST_GROUPS },
    ];
    const [found] = await this.#audit.aggregate<Record<'by', { pairs: Pair[] }[]>>([
      {
        $match: {
          'record.action': 'auth.login_failed',
          'record.at': { $gte: since.toISOString() },
          'record.subject': { $ne: 'user:unknown' },
          'record.address': { $type: 'string' },
        },
      },
      {
        $group: {
          _id: { address: '$record.address', subject: '$record.subject' },
          failures: { $sum: 1 },
          firstAt: { $min: '$record.at' },
        },
      },
      { $sort: { firstAt: -1, _id: 1 } },
      { $facet: { address: wide('address'), subject: wide('subject') } },
      { $project: { by: { $concatArrays: ['$address', '$subject'] } } },
    ]);
    const pairs = new Map(
      (found?.by ?? [])
        .flatMap(({ pairs: all }) => all)
        .map((pair) => [`${pair._id.address} ${pair._id.subject}`, pair]),
    );
    const people = await this.#people(
      [...pairs.values()].map(({ _id }) => _id.subject.slice('user:'.length) as UserId),
    );
    return [...pairs.values()].flatMap(({ _id: { address, subject }, failures, firstAt }) => {
      const account = people.get(subject.slice('user:'.length));
      return account ? [{ address, account, failures, firstAt: new Date(firstAt) }] : [];
    });
  }

  async signIns(accounts: readonly UserId[], since: Date): Promise<SignIn[]> {
    const found = await this.#sessions.many(
      { userId: op({ $in: [...accounts] }), startedAt: op({ $gte: since }) },
      { startedAt: 1 },
    );
    return found.map(({ userId, address, startedAt }) => ({
      account: userId,
      address,
      at: startedAt,
    }));
  }

  async troubled(since: Date): Promise<TroubledSession[]> {
    const hit = await this.#outcomes.aggregate<{ _id: SessionId; owner: boolean }>([
      {
        $match: {
          at: { $gte: since },
          $or: [
            { kind: 'termination' },
            { outcome: { $in: NO_PROOF } },
            { said: { $in: ['stranger', 'owner'] } },
          ],
        },
      },
      { $sort: { at: -1 } },
      { $limit: MOST_TROUBLED },
      { $group: { _id: '$session_id', owner: { $max: { $eq: ['$said', 'owner'] } } } },
    ]);
    // Whose owner said so is in no trouble, whatever was decided of it.
    const cleared = new Set(hit.filter(({ owner }) => owner).map(({ _id }) => _id));
    const ids = hit.filter(({ owner }) => !owner).map(({ _id }) => _id);
    const found = await this.#sessions.many(
      {
        ...begunSince(since),
        $or: [{ _id: op({ $in: ids }) }, { band: op({ $in: ['high', 'critical'] }) }],
      },
      { startedAt: -1 },
      MOST_TROUBLED,
    );
    const troubled = found.filter(({ _id }) => !cleared.has(_id)).reverse();
    const seen = new Map(
      (
        await this.#devices.many(
          { _id: op({ $in: [...new Set(troubled.map(({ deviceId }) => deviceId))] }) },
          {},
        )
      ).map((device) => [device._id, device]),
    );
    return troubled.map((session) => ({
      id: session._id,
      account: { id: session.userId, email: session.userEmail },
      startedAt: session.startedAt,
      address: session.address,
      device: seen.get(session.deviceId)?.fingerprintHash ?? null,
      agent: seen.get(session.deviceId)?.userAgent ?? null,
    }));
  }

  async accountsOf(origin: Origin, values: readonly string[], since: Date) {
    const counted = (
      store: Store<SessionDocument> | Store<DeviceDocument>,
      key: string,
      which: object,
    ) =>
      store.aggregate<{ _id: string; accounts: number }>([
        { $match: { ...which, [key]: { $in: [...values] } } },
        { $group: { _id: { value: `$${key}`, user: '$userId' } } },
        { $group: { _id: '$_id.value', accounts: { $sum: 1 } } },
      ]);
    const usedSince = { lastSeenAt: { $gte: since } };
    const rows =
      origin === 'address'
        ? await counted(this.#sessions, 'address', {
            state: { $in: [...SESSION_STATES] },
            startedAt: { $gte: since },
            demo: false,
          })
        : await counted(
            this.#devices,
            origin === 'device' ? 'fingerprintHash' : 'userAgent',
            usedSince,
          );
    return new Map(rows.map(({ _id, accounts }) => [_id, accounts]));
  }

  async alerts(since: Date): Promise<AlertFact[]> {
    const found = await this.#alerts.many(
      {
        created_at: op({ $gte: since }),
        kind: op({ $ne: 'alert_cluster' }),
        status: op({ $ne: 'false_positive' }),
        user_id: op({ $ne: null }),
        demo: false,
      },
      { created_at: -1, _id: -1 },
      MOST_TROUBLED,
    );
    return found.reverse().map((alert) => ({
      id: alert._id,
      kind: alert.kind,
      severity: severityOf(alert),
      status: alert.status,
      account: {
        id: alert.user_id as UserId,
        email: alert.user_email ?? (alert.user_id as string),
      },
      createdAt: alert.created_at,
    }));
  }

  async leftOpen(severity: Severity, before: Date, limit: number): Promise<LeftOpen[]> {
    const found = await this.#alerts.many(
      {
        status: 'open',
        severity: SEVERITIES.indexOf(severity),
        updated_at: op({ $lt: before }),
        assignee: null,
        demo: false,
      },
      { updated_at: 1 },
      limit,
    );
    return found.map(({ _id, groupKey, created_at, updated_at, ...alert }) => ({
      id: _id,
      createdAt: created_at,
      updatedAt: updated_at,
      report: {
        kind: alert.kind,
        severity,
        title: alert.title,
        description: alert.description,
        confidence: alert.confidence,
        group_key: groupKey,
        facility_id: alert.facility_id,
        session_id: alert.session_id,
        user_id: alert.user_id,
      },
    }));
  }

  async reported(ids: readonly MessageId[]): Promise<Set<string>> {
    const asked = new Set<string>(ids);
    const found = await this.#alerts.many({ reports: op({ $in: [...ids] }) }, {});
    return new Set(found.flatMap(({ reports }) => reports.filter((id) => asked.has(id))));
  }

  async #people(ids: readonly UserId[]): Promise<Map<string, Account>> {
    const found = await this.#users.many({ _id: op({ $in: [...new Set(ids)] }), demo: false }, {});
    return new Map(found.map(({ _id: id, email }) => [id, { id, email }]));
  }
}

/** Every state is named, so that the index by state and start serves. */
const begunSince = (since: Date): Filter => ({
  state: op({ $in: [...SESSION_STATES] }),
  startedAt: op({ $gte: since }),
  demo: false,
});

const severityOf = ({ severity }: AlertDocument): Severity => SEVERITIES[severity] ?? 'critical';

// Sessions, in MongoDB: the source of record of who has which rights.
import type { Connection } from 'mongoose';
import { Fault } from '@verity/protocol/faults';
import type { ApplicationId, UserId } from '@verity/protocol/ids';
import { LIVE_STATES, ROLES, SESSION_STATES } from '@verity/protocol/identity/schemas';
import { BANDS } from '@verity/protocol/risk/schemas';
import type { SessionFilter, SessionRecord, Sessions } from '@verity/domain/identity/ports';
import { mapPage, pageOf, type Order, type PageRequest } from './paging';
import { contains } from './search';
import {
  declareCollection,
  fromStored,
  op,
  Store,
  toStored,
  type Filter,
  type Stored,
} from './store';

export type SessionDocument = Stored<SessionRecord>;

export const sessions = declareCollection(
  'sessions',
  {
    _id: String,
    userId: { type: String, required: true },
    userEmail: { type: String, required: true },
    userName: { type: String, required: true },
    role: { type: String, enum: ROLES, required: true },
    groups: [String],
    deviceId: { type: String, required: true },
    deviceLabel: String,
    deviceTrusted: { type: Boolean, required: true },
    totpEnrolled: { type: Boolean, required: true },
    passkeyEnrolled: Boolean,
    address: String,
    facility: String,
    state: { type: String, enum: SESSION_STATES, required: true },
    stateReason: String,
    rightsVersion: { type: Number, required: true },
    riskScore: Number,
    band: { type: String, enum: BANDS },
    acr: { type: String, required: true },
    stepUpAt: Date,
    startedAt: { type: Date, required: true },
    lastSeenAt: { type: Date, required: true },
    endedAt: Date,
    expiresAt: { type: Date, required: true },
    demo: { type: Boolean, required: true },
    applicationId: String,
    externalUserId: String,
  },
  [
    // Every list names the states that it wants, so one index a sort order is enough: the ranges are merged.
    [{ state: 1, riskScore: -1, _id: -1 }],
    [{ state: 1, lastSeenAt: -1, _id: -1 }],
    [{ state: 1, startedAt: -1, _id: -1 }],
    [{ state: 1, _id: 1 }],
    [{ userId: 1, startedAt: -1, _id: -1 }],
    [{ deviceId: 1 }],
    [{ state: 1, address: 1 }],
    [{ state: 1, facility: 1 }],
    [
      { applicationId: 1, state: 1, startedAt: -1 },
      { partialFilterExpression: { applicationId: { $exists: true } } },
    ],
    [{ demo: 1 }, { partialFilterExpression: { demo: true } }],
  ],
);

/** The states in which a session still lives, as a condition. */
export const isLive = (): { state: Filter } => ({ state: op({ $in: LIVE_STATES }) });

const toRecord = (document: SessionDocument): SessionRecord =>
  // Sessions of before there were groups belong to none, and those of before there were passkeys know none.
  fromStored({
    ...document,
    groups: document.groups ?? [],
    passkeyEnrolled: document.passkeyEnrolled ?? false,
  });

const ORDERS: Record<NonNullable<SessionFilter['sort']>, Order<SessionDocument>> = {
  risk: { field: 'riskScore', direction: -1, nullable: true },
  last_seen: { field: 'lastSeenAt', direction: -1 },
  started: { field: 'startedAt', direction: -1 },
};

export class MongoSessions implements Sessions {
  readonly #store: Store<SessionDocument>;

  constructor(connection: Connection) {
    this.#store = new Store(connection, sessions);
  }

  async byId(id: SessionRecord['id']) {
    const found = await this.#store.one({ _id: id });
    return found && toRecord(found);
  }

  async add(session: SessionRecord) {
    await this.#store.insert(toStored(session));
  }

  async changeRights(id: SessionRecord['id'], changes: Parameters<Sessions['changeRights']>[1]) {
    const update = { $set: changes, $inc: { rightsVersion: 1 } };
    const changed = await this.#store.change({ _id: id, ...isLive() }, update);
    const now = changed ?? (await this.#store.one({ _id: id }));
    if (!now) throw new Fault('not-found', 'There is no such session.');
    return toRecord(now);
  }

  async noteActivity(notes: Parameters<Sessions['noteActivity']>[0]) {
    await this.#store.bulk(
      notes.map(({ id, riskScore, band, at }) => ({
        updateOne: {
          // The score that ended a session is told after its end.
          filter: {
            _id: id,
            ...(riskScore === undefined ? { state: { $in: [...LIVE_STATES] } } : {}),
          },
          // Signs of life come from many processes; scores from one, in their order.
          update: {
            $max: { lastSeenAt: at },
            ...(riskScore === undefined ? {} : { $set: { riskScore, band } }),
          },
        },
      })),
    );
  }

  async list(filter: SessionFilter, request: PageRequest) {
    const order = ORDERS[filter.sort ?? 'risk'];
    return mapPage(await pageOf(this.#store, condition(filter), order, request), toRecord);
  }

  removeEndedBefore(at: Date) {
    return this.#store.removeAll({ endedAt: op({ $lt: at }) });
  }

  async *live() {
    for await (const document of this.#store.walk(isLive())) yield toRecord(document);
  }

  async liveOfUser(user: UserId) {
    const found = await this.#store.many({ userId: user, ...isLive() }, { startedAt: -1 });
    return found.map(toRecord);
  }

  async liveNear(place: { address?: string; facility?: string }, limit: number) {
    const found = await this.#store.many({ ...place, ...isLive() }, { _id: 1 }, limit);
    return found.map(toRecord);
  }

  async liveOfApplication(application: ApplicationId) {
    const own = { applicationId: application, ...isLive() };
    return (await this.#store.many(own, { startedAt: -1 })).map(toRecord);
  }
}

function condition(filter: SessionFilter): Filter {
  const { state, band, userId, deviceId, applicationId, q } = filter;
  const states = state === 'live' ? isLive() : { state: state ?? op({ $in: [...SESSION_STATES] }) };
  return {
    ...states,
    ...(band ? { band } : {}),
    ...(userId ? { userId } : {}),
    ...(deviceId ? { deviceId } : {}),
    ...(applicationId ? { applicationId } : {}),
    ...(q ? contains(q, ['userEmail', 'userName', 'address']) : {}),
  };
}

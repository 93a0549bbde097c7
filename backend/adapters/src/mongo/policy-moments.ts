// What the decision point was told of each session, in MongoDB: one document a session and ten minutes.
import type { Connection } from 'mongoose';
import type { SessionId, UserId } from '@verity/protocol/ids';
import type {
  Moment,
  MomentRecord,
  Moments,
  PersonFacts,
  RecordedSession,
  Weights,
} from '@verity/domain/policy/moments';
import { daysAfter } from './retention';
import { declareCollection, EXPIRES, op, Store, type Filter } from './store';

const SLOT_MS = 10 * 60_000;
const CHUNK = 500;

/** Short names: there are many. */
type StoredMoment = [score: number, weights: Weights, facts: PersonFacts];

interface MomentsDocument {
  /** `{session}:{slot since 1970}`. */
  _id: string;
  sessionId: SessionId;
  userId: UserId;
  slot: Date;
  /** By milliseconds since the slot began: a moment that comes again lands on itself. */
  moments: Record<string, StoredMoment>;
  expireAt: Date;
}

export const policyMoments = declareCollection(
  'policy_moments',
  {
    _id: String,
    sessionId: { type: String, required: true },
    userId: { type: String, required: true },
    slot: { type: Date, required: true },
    moments: { type: Object, required: true },
    expireAt: { type: Date, required: true },
  },
  [[{ sessionId: 1, slot: 1 }], [{ slot: 1 }], [{ userId: 1 }], EXPIRES],
);

const slotOf = (at: number): number => Math.floor(at / SLOT_MS);

interface Period {
  from: Date;
  to: Date;
}

const within = ({ from, to }: Period): Filter => ({
  slot: op({ $gte: new Date(slotOf(from.getTime()) * SLOT_MS), $lt: to }),
});

export class MongoMoments implements Moments {
  readonly #store: Store<MomentsDocument>;

  constructor(
    connection: Connection,
    private readonly days: number,
  ) {
    this.#store = new Store(connection, policyMoments);
  }

  async add(moments: MomentRecord[]) {
    const slots = new Map<string, MomentRecord[]>();
    for (const moment of moments) {
      const id = `${moment.sessionId}:${slotOf(moment.at)}`;
      const sharing = slots.get(id);
      if (sharing) sharing.push(moment);
      else slots.set(id, [moment]);
    }
    await this.#store.bulk(Array.from(slots, ([id, sharing]) => this.#slot(id, sharing)));
  }

  #slot(id: string, moments: MomentRecord[]) {
    const { sessionId, userId, at } = moments[0] as MomentRecord;
    const slot = new Date(slotOf(at) * SLOT_MS);
    const set: Record<string, StoredMoment> = {};
    for (const { at: when, score, weights, facts } of moments) {
      set[`moments.${when - slot.getTime()}`] = [score, weights, facts];
    }
    const expireAt = daysAfter(slot, this.days);
    return {
      updateOne: {
        filter: { _id: id },
        update: { $set: set, $setOnInsert: { sessionId, userId, slot, expireAt } },
        upsert: true,
      },
    };
  }

  async *recorded(
    period: Period,
    after: SessionId | null = null,
  ): AsyncGenerator<RecordedSession, void, undefined> {
    let session: RecordedSession | undefined;
    for await (const document of this.#documents(period, after)) {
      const { sessionId, userId } = document;
      const moments = momentsOf(document, period);
      if (session?.sessionId === sessionId) {
        session.moments.push(...moments);
        continue;
      }
      if (session && session.moments.length > 0) yield session;
      session = { sessionId, userId, moments };
    }
    if (session && session.moments.length > 0) yield session;
  }

  /** By session and time, in chunks: it survives a restart of the server in between. */
  async *#documents(period: Period, after: SessionId | null): AsyncGenerator<MomentsDocument> {
    let beyond: Filter = after === null ? {} : { sessionId: op({ $gt: after }) };
    for (;;) {
      const order = { sessionId: 1, slot: 1 } as const;
      const found = await this.#store.many({ $and: [within(period), beyond] }, order, CHUNK);
      yield* found;
      const last = found.at(-1);
      if (!last || found.length < CHUNK) return;
      const { sessionId, slot } = last;
      beyond = {
        $or: [{ sessionId: op({ $gt: sessionId }) }, { sessionId, slot: op({ $gt: slot }) }],
      };
    }
  }

  async countOfSessions(period: Period) {
    const [counted] = await this.#store.aggregate<{ sessions: number }>([
      { $match: within(period) },
      { $group: { _id: '$sessionId' } },
      { $count: 'sessions' },
    ]);
    return counted?.sessions ?? 0;
  }

  async *ofUser(user: UserId): AsyncGenerator<MomentRecord, void, undefined> {
    for await (const document of this.#store.walk({ userId: user })) {
      const { sessionId, userId } = document;
      for (const moment of momentsOf(document, EVER)) yield { ...moment, sessionId, userId };
    }
  }

  removeOfUser(user: UserId) {
    return this.#store.removeAll({ userId: user });
  }
}

const EVER: Period = { from: new Date(0), to: new Date(8.64e15) };

function momentsOf({ slot, moments }: MomentsDocument, { from, to }: Period): Moment[] {
  return Object.entries(moments)
    .map(([offset, [score, weights, facts]]) => ({
      at: slot.getTime() + Number(offset),
      score,
      weights,
      facts,
    }))
    .filter(({ at }) => at >= from.getTime() && at < to.getTime())
    .sort((a, b) => a.at - b.at);
}

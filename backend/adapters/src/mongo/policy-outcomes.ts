// What became of each challenge and termination, in MongoDB: one document a decision that took rights away.
import type { Connection } from 'mongoose';
import type { DecisionId, SessionId, UserId } from '@verity/protocol/ids';
import { OUTCOMES, type PolicyOutcome, type Said } from '@verity/protocol/policy/outcomes';
import { EFFECTS } from '@verity/protocol/policy/schemas';
import type {
  OutcomeCount,
  OutcomeFilter,
  Outcomes,
  Settlement,
} from '@verity/domain/policy/outcome-ports';
import { mapPage, pageOf, type PageRequest } from './paging';
import { daysAfter } from './retention';
import { declareCollection, EXPIRES, op, Store, type Filter } from './store';

interface OutcomeDocument extends Omit<PolicyOutcome, 'id' | 'at' | 'settled_at' | 'wrong_proofs'> {
  _id: DecisionId;
  at: Date;
  settled_at: Date | null;
  /** Ids of the records of wrong proofs: one that is told twice is there once. */
  wrong_proofs: string[];
  said_at: Date | null;
  expireAt: Date;
}

export const policyOutcomes = declareCollection(
  'policy_outcomes',
  {
    _id: String,
    kind: { type: String, enum: ['challenge', 'termination'], required: true },
    session_id: { type: String, required: true },
    user_id: { type: String, required: true },
    rule_id: { type: String, required: true },
    rule_name: { type: String, required: true },
    policy_version: { type: Number, required: true },
    effect: { type: String, enum: EFFECTS, required: true },
    risk_score: { type: Number, required: true },
    resource: String,
    at: { type: Date, required: true },
    outcome: { type: String, enum: OUTCOMES, required: true },
    settled_at: Date,
    wrong_proofs: [String],
    said: String,
    said_at: Date,
    seconds_to_stop: Number,
    expireAt: { type: Date, required: true },
  },
  [
    [{ session_id: 1, at: -1 }],
    [{ at: -1, _id: -1 }],
    [{ user_id: 1, _id: 1 }],
    [{ outcome: 1, at: 1 }, { partialFilterExpression: { outcome: 'open' } }],
    EXPIRES,
  ],
);

export class MongoOutcomes implements Outcomes {
  readonly #store: Store<OutcomeDocument>;

  constructor(
    connection: Connection,
    private readonly days: number,
  ) {
    this.#store = new Store(connection, policyOutcomes);
  }

  async begin(outcome: PolicyOutcome, { unlessOpen = false } = {}) {
    if (unlessOpen && (await this.#store.one(standingAt(outcome)))) return;
    const { id, at, settled_at, wrong_proofs: _, ...rest } = outcome;
    const begunAt = new Date(at);
    await this.#store.insertMissing([
      {
        ...rest,
        _id: id,
        at: begunAt,
        settled_at: settled_at === null ? null : new Date(settled_at),
        wrong_proofs: [],
        said_at: null,
        expireAt: daysAfter(begunAt, this.days),
      },
    ]);
  }

  async settle(session: SessionId, how: Settlement, at: Date) {
    const open = { session_id: session, outcome: 'open', at: op({ $lte: at }) };
    const settled = (outcome: PolicyOutcome['outcome'], which: Filter = {}) =>
      this.#store.changeAll({ ...open, ...which }, { $set: { outcome, settled_at: at } });
    if (how !== 'session_ended') return settled(how);
    await settled('failed', { 'wrong_proofs.0': op({ $exists: true }) });
    await settled('abandoned');
  }

  async countWrongProof(session: SessionId, proof: string, at: Date) {
    await this.#store.changeAll(
      { session_id: session, outcome: 'open', at: op({ $lte: at }) },
      { $addToSet: { wrong_proofs: proof } },
    );
  }

  async say(about: { session: SessionId; decision: string | null }, said: Said, at: Date) {
    // What was said of the decision before holds until something newer is said.
    const earlierWord = { said_at: op({ $not: { $gt: at } }) };
    const say = (which: Filter) =>
      this.#store.changeAll({ ...which, ...earlierWord }, { $set: { said, said_at: at } });
    const one = about.decision ? { _id: about.decision, session_id: about.session } : null;
    if (one && (await this.#store.one(one))) return say(one);
    // A decision that only made a challenge stricter has no outcome of its own.
    await say({ session_id: about.session, at: op({ $lte: at }) });
  }

  async noteTimeToStop(session: SessionId, stoppedAt: Date, seconds: number) {
    await this.#store.changeAll(
      {
        session_id: session,
        kind: 'termination',
        at: op({ $lte: stoppedAt }),
        seconds_to_stop: null,
      },
      { $set: { seconds_to_stop: seconds } },
    );
  }

  async list(filter: OutcomeFilter, request: PageRequest) {
    const newestFirst = { field: 'at', direction: -1 } as const;
    return mapPage(await pageOf(this.#store, condition(filter), newestFirst, request), toOutcome);
  }

  async *ofUser(user: UserId): AsyncGenerator<PolicyOutcome, void, undefined> {
    for await (const document of this.#store.walk({ user_id: user })) yield toOutcome(document);
  }

  async count({ from, to }: { from: Date; to: Date }) {
    const rows = await this.#store.aggregate<
      Omit<OutcomeCount, keyof OutcomeKey> & { _id: OutcomeKey; seconds: (number | null)[] }
    >([
      { $match: { at: op({ $gte: from, $lt: to }) } },
      {
        $group: {
          _id: {
            day: { $dateToString: { date: '$at', format: '%Y-%m-%d' } },
            policyVersion: '$policy_version',
            ruleId: '$rule_id',
            ruleName: '$rule_name',
            kind: '$kind',
            outcome: '$outcome',
            said: { $ifNull: ['$said', null] },
          },
          count: { $sum: 1 },
          seconds: { $push: '$seconds_to_stop' },
        },
      },
      { $sort: { '_id.day': 1, '_id.policyVersion': 1, '_id.ruleId': 1 } },
    ]);
    return rows.map(({ _id, count, seconds }) => ({
      ..._id,
      count,
      secondsToStop: seconds.filter((one) => one !== null),
    }));
  }

  async hitBy(version: number, since: Date) {
    const rows = await this.#store.aggregate<{ _id: string; sessions: number }>([
      { $match: { at: op({ $gte: since }), policy_version: version, resource: null } },
      { $group: { _id: { session: '$session_id', kind: '$kind' } } },
      { $group: { _id: '$_id.kind', sessions: { $sum: 1 } } },
    ]);
    const of = (kind: string) => rows.find(({ _id }) => _id === kind)?.sessions ?? 0;
    return { challenged: of('challenge'), terminated: of('termination') };
  }

  async open(limit: number) {
    return (await this.#store.many({ outcome: 'open' }, { at: 1 }, limit)).map(toOutcome);
  }

  async saidOf(sessions: SessionId[]) {
    const found = await this.#store.many(
      { session_id: op({ $in: sessions }), said: op({ $ne: null }) },
      { said_at: 1 },
    );
    return new Map(found.map(({ session_id, said }) => [session_id, said as Said]));
  }
}

/** Requests are noted some seconds late: what challenged the session meanwhile is the same interruption. */
const SAME_MS = 5_000;

/** A challenge of the session that was open at that time. */
function standingAt({ session_id, at }: Pick<PolicyOutcome, 'session_id' | 'at'>): Filter {
  const then = Date.parse(at);
  return {
    session_id,
    kind: 'challenge',
    at: op({ $lte: new Date(then + SAME_MS) }),
    $or: [{ outcome: 'open' }, { settled_at: op({ $gte: new Date(then) }) }],
  };
}

type OutcomeKey = Omit<OutcomeCount, 'count' | 'secondsToStop'>;

const condition = (filter: OutcomeFilter): Filter => ({
  at: op({ $gte: filter.from, $lt: filter.to }),
  ...(filter.ruleId ? { rule_id: filter.ruleId } : {}),
  ...(filter.policyVersion ? { policy_version: filter.policyVersion } : {}),
  ...(filter.kind ? { kind: filter.kind } : {}),
  ...(filter.outcome ? { outcome: filter.outcome } : {}),
  ...(filter.said ? { said: filter.said } : {}),
});

const toOutcome = ({
  _id,
  at,
  settled_at,
  wrong_proofs,
  said_at: _saidAt,
  expireAt: _expireAt,
  ...rest
}: OutcomeDocument): PolicyOutcome => ({
  ...rest,
  id: _id,
  at: at.toISOString(),
  settled_at: settled_at?.toISOString() ?? null,
  wrong_proofs: wrong_proofs.length,
  resource: rest.resource ?? null,
  said: rest.said ?? null,
  seconds_to_stop: rest.seconds_to_stop ?? null,
});

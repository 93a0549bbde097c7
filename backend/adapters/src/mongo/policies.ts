// Versions of the policy and the record of what it decided, in MongoDB.
import type { Connection } from 'mongoose';
import { Fault } from '@verity/protocol/faults';
import type { SessionId, UserId } from '@verity/protocol/ids';
import type { Policy, PolicyDraft } from '@verity/protocol/policy/schemas';
import { EFFECTS } from '@verity/protocol/policy/schemas';
import { BANDS } from '@verity/protocol/risk/schemas';
import type {
  DecisionRecord,
  Decisions,
  Policies,
  RuleActivity,
} from '@verity/domain/policy/ports';
import { mapPage, pageOf, type PageRequest } from './paging';
import { daysAfter } from './retention';
import { declareCollection, EXPIRES, fromStored, op, Store, toStored, type Stored } from './store';

/** The version is the id: of two that are put in force at once, one is a conflict. */
interface PolicyDocument extends Omit<Policy, 'version' | 'created_at' | 'trial_ended_at'> {
  _id: number;
  created_at: Date;
  trial_ended_at: Date | null;
}

export const policies = declareCollection(
  'policies',
  {
    _id: Number,
    rules: { type: [Object], required: true },
    hysteresis: { type: Object, required: true },
    resources: { type: [Object], default: [] },
    report_only: { type: Boolean, default: false },
    trial_ended_at: Date,
    author: { type: String, required: true },
    reason: { type: String, required: true },
    created_at: { type: Date, required: true },
    changes: { type: [Object], required: true },
  },
  [],
);

function toPolicy({ _id, created_at, trial_ended_at, ...rest }: PolicyDocument): Policy {
  return {
    version: _id,
    created_at: created_at.toISOString(),
    trial_ended_at: trial_ended_at?.toISOString() ?? null,
    ...rest,
    // Versions of before there were resources and trials have neither.
    resources: rest.resources ?? [],
    report_only: rest.report_only ?? false,
  };
}

function toDocument({ version, created_at, trial_ended_at, ...rest }: Policy): PolicyDocument {
  return {
    _id: version,
    created_at: new Date(created_at),
    trial_ended_at: trial_ended_at === null ? null : new Date(trial_ended_at),
    ...rest,
  };
}

export class MongoPolicies implements Policies {
  readonly #store: Store<PolicyDocument>;

  constructor(connection: Connection) {
    this.#store = new Store(connection, policies);
  }

  async standing() {
    const newest = await this.#store.one({}, { _id: -1 });
    // A trial ends with the next version, whichever that is.
    const onTrial = newest?.report_only && !newest.trial_ended_at ? toPolicy(newest) : null;
    const current = newest && !newest.report_only ? toPolicy(newest) : await this.current();
    return { current, trial: onTrial };
  }

  async current() {
    const newest = await this.#store.one({ report_only: op({ $ne: true }) }, { _id: -1 });
    if (!newest) {
      throw new Fault('unavailable', 'No policy is in force yet.', {
        fix: 'Restart the server: the default policy is put in force at start.',
      });
    }
    return toPolicy(newest);
  }

  async byVersion(version: number) {
    const found = await this.#store.one({ _id: version });
    return found && toPolicy(found);
  }

  async previous(version: number) {
    const earlier = { report_only: op({ $ne: true }), _id: op({ $lt: version }) };
    const found = await this.#store.one(earlier, { _id: -1 });
    return found && toPolicy(found);
  }

  async inForce() {
    const rows = await this.#store.aggregate<{ _id: number; created_at: Date }>([
      { $match: { report_only: op({ $ne: true }) } },
      { $project: { created_at: 1 } },
    ]);
    return rows.map(({ _id, created_at }) => ({ version: _id, since: created_at }));
  }

  async list(request: PageRequest) {
    const newestFirst = { field: '_id', direction: -1 } as const;
    return mapPage(await pageOf(this.#store, {}, newestFirst, request), toPolicy);
  }

  async add(policy: Policy) {
    try {
      await this.#store.insert(toDocument(policy));
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'conflict') throw error;
      throw new Fault('conflict', `Version ${policy.version} of the policy is there already.`, {
        fix: 'Look at the version in force and make the change on top of it.',
        cause: error,
      });
    }
  }

  async endTrial(version: number, at: Date) {
    const onTrial = { _id: version, report_only: true, trial_ended_at: null };
    const ended = await this.#store.change(onTrial, { $set: { trial_ended_at: at } });
    return ended && toPolicy(ended);
  }

  async seed(draft: PolicyDraft, at: Date) {
    const version = 1;
    if (await this.#store.one({})) return;
    const origin = { author: 'system:setup', reason: 'The policy that comes with Verity' };
    const policy: Policy = {
      ...draft,
      ...origin,
      version,
      report_only: false,
      trial_ended_at: null,
      created_at: at.toISOString(),
      changes: [],
    };
    await this.#store.insertMissing([toDocument(policy)]);
  }
}

type DecisionDocument = Stored<DecisionRecord> & { expireAt: Date };

export const decisions = declareCollection(
  'decisions',
  {
    _id: String,
    session_id: { type: String, required: true },
    user_id: { type: String, required: true },
    effect: { type: String, enum: EFFECTS, required: true },
    previous_effect: { type: String, enum: EFFECTS, required: true },
    rule_id: { type: String, required: true },
    rule_name: { type: String, required: true },
    rule_condition: { type: String, default: '' },
    policy_version: { type: Number, required: true },
    risk_score: { type: Number, required: true },
    band: { type: String, enum: BANDS, required: true },
    reasons: [String],
    would: { type: [Object], default: [] },
    resource: String,
    contributions: { type: [Object], default: undefined },
    model_state: String,
    at: { type: Date, required: true },
    expireAt: { type: Date, required: true },
  },
  [[{ session_id: 1, at: -1, _id: -1 }], [{ user_id: 1, at: -1, _id: -1 }], [{ at: -1 }], EXPIRES],
);

function toDecision({ expireAt: _, ...rest }: DecisionDocument): DecisionRecord {
  // Decisions of before there were reports and resources have neither.
  return fromStored<DecisionRecord>({
    ...rest,
    rule_condition: rest.rule_condition ?? '',
    would: rest.would ?? [],
    resource: rest.resource ?? null,
  });
}

export class MongoDecisions implements Decisions {
  readonly #store: Store<DecisionDocument>;

  constructor(
    connection: Connection,
    private readonly days: number,
  ) {
    this.#store = new Store(connection, decisions);
  }

  add(records: DecisionRecord[]) {
    const expiring = (record: DecisionRecord): DecisionDocument => ({
      ...toStored(record),
      expireAt: daysAfter(record.at, this.days),
    });
    return this.#store.insertMissing(records.map(expiring));
  }

  async ofSession(session: SessionId, request: PageRequest) {
    const newestFirst = { field: 'at', direction: -1 } as const;
    return mapPage(
      await pageOf(this.#store, { session_id: session }, newestFirst, request),
      toDecision,
    );
  }

  async highSince(session: SessionId, since: Date | null, until: Date) {
    const at = op(since ? { $gt: since, $lte: until } : { $lte: until });
    const high = { session_id: session, band: op({ $in: ['high', 'critical'] }), at };
    return (await this.#store.one(high, { at: 1 }))?.at ?? null;
  }

  async activity(since: Date) {
    const recent = { $match: { at: op({ $gte: since }) } };
    const perSession = { _id: '$session_id', effects: { $addToSet: '$effect' } };
    const has = (effects: string[]) => ({
      $sum: { $cond: [{ $gt: [{ $size: { $setIntersection: ['$effects', effects] } }, 0] }, 1, 0] },
    });
    const [totals, decided, reported] = await Promise.all([
      this.#store.aggregate<{ sessions: number; challenged: number; terminated: number }>([
        recent,
        { $group: perSession },
        {
          $group: {
            _id: null,
            sessions: { $sum: 1 },
            challenged: has(['step_up', 'restrict']),
            terminated: has(['terminate']),
          },
        },
      ]),
      this.#store.aggregate<RuleCount>([recent, ...countByRule(null, '$rule_id')]),
      this.#store.aggregate<RuleCount>([
        recent,
        { $unwind: '$would' },
        ...countByRule('$would.policy_version', '$would.rule_id'),
      ]),
    ]);
    const { sessions = 0, challenged = 0, terminated = 0 } = totals[0] ?? {};
    return {
      sessions,
      challenged,
      terminated,
      rules: [...decided.map(toActivity(false)), ...reported.map(toActivity(true))],
    };
  }

  async byId(id: string) {
    const found = await this.#store.one({ _id: id });
    return found && toDecision(found);
  }

  async ofUser(
    user: UserId,
    { hits, sessionId }: Parameters<Decisions['ofUser']>[1],
    request: PageRequest,
  ) {
    const which = {
      user_id: user,
      ...(sessionId ? { session_id: sessionId } : {}),
      ...(hits ? HITS : {}),
    };
    const newestFirst = { field: 'at', direction: -1 } as const;
    return mapPage(await pageOf(this.#store, which, newestFirst, request), toDecision);
  }

  async stripEvidence(user: UserId) {
    const bare = { $unset: { contributions: 1, model_state: 1 }, $set: { reasons: [] } };
    await this.#store.changeAll({ user_id: user }, bare);
  }
}

interface RuleCount {
  _id: { version: number | null; rule: string };
  sessions: number;
  decisions: number;
  lastAt: Date;
}

/** Two groupings: a set of sessions would not fit one document when there are many. */
const countByRule = (version: string | null, rule: string) => [
  {
    $group: {
      _id: { version, rule, session: '$session_id' },
      decisions: { $sum: 1 },
      lastAt: { $max: '$at' },
    },
  },
  {
    $group: {
      _id: { version: '$_id.version', rule: '$_id.rule' },
      sessions: { $sum: 1 },
      decisions: { $sum: '$decisions' },
      lastAt: { $max: '$lastAt' },
    },
  },
];

const toActivity =
  (reported: boolean) =>
  ({ _id, ...counts }: RuleCount): RuleActivity => ({
    policyVersion: _id.version,
    ruleId: _id.rule,
    reported,
    ...counts,
  });

/** Decisions with which a session got fewer rights, or lost them all: each time the effect is another than before. */
const HITS = {
  effect: op({ $ne: 'allow' }),
  $expr: op({ $ne: ['$effect', '$previous_effect'] }),
};

// Versions of the policy and the record of what it decided, in MongoDB.
import type { Connection } from 'mongoose';
import { Fault } from '@verity/protocol/faults';
import type { SessionId } from '@verity/protocol/ids';
import type { Policy, PolicyDraft } from '@verity/protocol/policy/schemas';
import { EFFECTS } from '@verity/protocol/policy/schemas';
import { BANDS } from '@verity/protocol/risk/schemas';
import type { DecisionRecord, Decisions, Policies } from '@verity/domain/policy/ports';
import { mapPage, pageOf, type PageRequest } from './paging';
import { daysAfter } from './retention';
import { declareCollection, EXPIRES, fromStored, Store, toStored, type Stored } from './store';

/** The version is the id: of two that are put in force at once, one is a conflict. */
type PolicyDocument = Omit<Policy, 'version' | 'created_at'> & { _id: number; created_at: Date };

export const policies = declareCollection(
  'policies',
  {
    _id: Number,
    rules: { type: [Object], required: true },
    hysteresis: { type: Object, required: true },
    author: { type: String, required: true },
    reason: { type: String, required: true },
    created_at: { type: Date, required: true },
    changes: { type: [Object], required: true },
  },
  [],
);

function toPolicy({ _id, created_at, ...rest }: PolicyDocument): Policy {
  return { version: _id, created_at: created_at.toISOString(), ...rest };
}

function toDocument({ version, created_at, ...rest }: Policy): PolicyDocument {
  return { _id: version, created_at: new Date(created_at), ...rest };
}

export class MongoPolicies implements Policies {
  readonly #store: Store<PolicyDocument>;

  constructor(connection: Connection) {
    this.#store = new Store(connection, policies);
  }

  async current() {
    const newest = await this.#store.one({}, { _id: -1 });
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

  async seed(draft: PolicyDraft, at: Date) {
    const version = 1;
    if (await this.#store.one({})) return;
    const origin = { author: 'system:setup', reason: 'The policy that comes with Verity' };
    const policy = { ...draft, ...origin, version, created_at: at.toISOString(), changes: [] };
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
    policy_version: { type: Number, required: true },
    risk_score: { type: Number, required: true },
    band: { type: String, enum: BANDS, required: true },
    reasons: [String],
    at: { type: Date, required: true },
    expireAt: { type: Date, required: true },
  },
  [[{ session_id: 1, at: -1, _id: -1 }], EXPIRES],
);

function toDecision({ expireAt: _, ...rest }: DecisionDocument): DecisionRecord {
  return fromStored<DecisionRecord>(rest);
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
}

// Simulations and searches in MongoDB: one document a run, and one for each session that a simulation hit.
import type { Connection } from 'mongoose';
import type { JobId, PolicyRunId, SessionId } from '@verity/protocol/ids';
import type { PolicyRun, ReplayedSession } from '@verity/protocol/policy/runs';
import type { Checkpoint, PolicyRuns, ReplayedRecord } from '@verity/domain/policy/run-ports';
import { mapPage, pageOf, type PageRequest } from './paging';
import { daysAfter } from './retention';
import { sessions as sessionsDeclared, type SessionDocument } from './sessions';
import { declareCollection, EXPIRES, op, Store, type Filter } from './store';

/** Days that a run and what it found are kept. */
const KEPT_DAYS = 30;

/** Results are kept as the JSON that they are: nobody searches in them. */
interface RunDocument extends Omit<
  PolicyRun,
  'id' | 'asked_at' | 'policy' | 'simulation' | 'optimisation'
> {
  _id: PolicyRunId;
  asked_at: Date;
  policy: string | null;
  result: string | null;
  checkpoint: string | null;
  expireAt: Date;
}

export const policyRuns = declareCollection(
  'policy_runs',
  {
    _id: String,
    kind: { type: String, enum: ['simulation', 'optimisation'], required: true },
    state: { type: String, required: true },
    job_id: String,
    progress: { type: Object, required: true },
    asked_by: { type: String, required: true },
    asked_at: { type: Date, required: true },
    started_at: String,
    ended_at: String,
    problem: String,
    from: { type: String, required: true },
    to: { type: String, required: true },
    base_version: { type: Number, required: true },
    friction_budget: Number,
    policy: String,
    result: String,
    checkpoint: String,
    expireAt: { type: Date, required: true },
  },
  [[{ asked_at: -1, _id: -1 }], [{ state: 1, asked_at: 1 }], EXPIRES],
);

interface ReplayedDocument {
  /** `{run}:{session}`. */
  _id: string;
  run: PolicyRunId;
  session: SessionId;
  difference: ReplayedSession['difference'];
  rules: string[];
  rank: number;
  row: Omit<ReplayedRecord, 'rank'>;
  expireAt: Date;
}

export const policyRunSessions = declareCollection(
  'policy_run_sessions',
  {
    _id: String,
    run: { type: String, required: true },
    session: { type: String, required: true },
    difference: { type: String, required: true },
    rules: [String],
    rank: { type: Number, required: true },
    row: { type: Object, required: true },
    expireAt: { type: Date, required: true },
  },
  [[{ run: 1, rank: -1, _id: -1 }], EXPIRES],
);

const GOING_ON = { state: op({ $in: ['queued', 'running'] }) };

export class MongoPolicyRuns implements PolicyRuns {
  readonly #runs: Store<RunDocument>;
  readonly #rows: Store<ReplayedDocument>;
  readonly #sessions: Store<SessionDocument>;

  constructor(connection: Connection) {
    this.#runs = new Store(connection, policyRuns);
    this.#rows = new Store(connection, policyRunSessions);
    this.#sessions = new Store(connection, sessionsDeclared);
  }

  async add(run: PolicyRun) {
    const { id, asked_at, policy, simulation: _s, optimisation: _o, ...rest } = run;
    const askedAt = new Date(asked_at);
    await this.#runs.insertMissing([
      {
        ...rest,
        _id: id,
        asked_at: askedAt,
        policy: policy && JSON.stringify(policy),
        result: null,
        checkpoint: null,
        expireAt: daysAfter(askedAt, KEPT_DAYS),
      },
    ]);
  }

  async byId(id: PolicyRunId) {
    const found = await this.#runs.one({ _id: id });
    return found && toRun(found);
  }

  async list(request: PageRequest) {
    const newestFirst = { field: 'asked_at', direction: -1 } as const;
    return mapPage(await pageOf(this.#runs, {}, newestFirst, request), toRun);
  }

  async going() {
    return (await this.#runs.many(GOING_ON, { asked_at: 1 })).map(toRun);
  }

  async begin(id: PolicyRunId, job: JobId, at: Date) {
    const anew = { state: op({ $in: ['failed', 'cancelled'] }), job_id: op({ $ne: job }) };
    const begun = { state: 'running', started_at: at.toISOString(), ended_at: null, problem: null };
    await this.#runs.change({ _id: id, $or: [{ state: 'queued' }, anew] }, { $set: begun });
    const found = await this.#runs.change({ _id: id, state: 'running' }, { $set: { job_id: job } });
    if (!found) return null;
    const checkpoint = found.checkpoint ? (JSON.parse(found.checkpoint) as Checkpoint) : null;
    return { run: toRun(found), checkpoint };
  }

  async advance(id: PolicyRunId, progress: PolicyRun['progress'], checkpoint?: Checkpoint) {
    const kept = checkpoint ? { checkpoint: JSON.stringify(checkpoint) } : {};
    const going = { _id: id, state: 'running' };
    return (await this.#runs.change(going, { $set: { progress, ...kept } })) !== null;
  }

  async end(id: PolicyRunId, how: Parameters<PolicyRuns['end']>[1], at: Date) {
    const result =
      how.state === 'failed' ? null : 'simulation' in how ? how.simulation : how.optimisation;
    await this.#runs.change(
      { _id: id, ...GOING_ON },
      {
        $set: {
          state: how.state,
          ended_at: at.toISOString(),
          problem: how.state === 'failed' ? how.problem : null,
          result: result && JSON.stringify(result),
          checkpoint: null,
        },
      },
    );
  }

  async cancel(id: PolicyRunId, at: Date) {
    const ended = { state: 'cancelled', ended_at: at.toISOString(), checkpoint: null };
    const found = await this.#runs.change({ _id: id, ...GOING_ON }, { $set: ended });
    return found && toRun(found);
  }

  async addSessions(id: PolicyRunId, sessions: ReplayedRecord[]) {
    const run = await this.#runs.one({ _id: id });
    if (!run) return;
    await this.#rows.insertMissing(
      sessions.map(({ rank, ...row }) => ({
        _id: `${id}:${row.session_id}`,
        run: id,
        session: row.session_id,
        difference: row.difference,
        rules: rulesOf(row),
        rank,
        row,
        expireAt: run.expireAt,
      })),
    );
  }

  async sessions(
    id: PolicyRunId,
    { difference, ruleId }: Parameters<PolicyRuns['sessions']>[1],
    request: PageRequest,
  ) {
    const which: Filter = {
      run: id,
      ...(difference ? { difference } : {}),
      ...(ruleId ? { rules: ruleId } : {}),
    };
    const page = await pageOf(this.#rows, which, { field: 'rank', direction: -1 }, request);
    const ids = page.items.map(({ session }) => session);
    const people = new Map(
      (await this.#sessions.many({ _id: op({ $in: ids }) }, { _id: 1 })).map((one) => [
        one._id,
        one,
      ]),
    );
    return mapPage(page, ({ row, session }): ReplayedSession => {
      const { userEmail = '', userName = '', deviceLabel = '' } = people.get(session) ?? {};
      return { ...row, user_email: userEmail, user_name: userName, device_label: deviceLabel };
    });
  }
}

const rulesOf = ({ today, draft }: Pick<ReplayedRecord, 'today' | 'draft'>): string[] => [
  ...new Set(
    [today, draft]
      .flatMap(({ challenge, termination }) => [challenge, termination])
      .flatMap((hit) => (hit ? [hit.rule_id] : [])),
  ),
];

function toRun(document: RunDocument): PolicyRun {
  const { _id, asked_at, policy, result, checkpoint: _c, expireAt: _e, ...rest } = document;
  const found: unknown = result ? JSON.parse(result) : null;
  return {
    ...rest,
    id: _id,
    asked_at: asked_at.toISOString(),
    job_id: rest.job_id ?? null,
    started_at: rest.started_at ?? null,
    ended_at: rest.ended_at ?? null,
    problem: rest.problem ?? null,
    friction_budget: rest.friction_budget ?? null,
    policy: policy ? (JSON.parse(policy) as PolicyRun['policy']) : null,
    simulation: rest.kind === 'simulation' ? (found as PolicyRun['simulation']) : null,
    optimisation: rest.kind === 'optimisation' ? (found as PolicyRun['optimisation']) : null,
  };
}

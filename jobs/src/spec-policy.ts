// For specs of tasks on policies: their ports over a scratch MongoDB, a clock to move, and recorded sessions.
import { mongoRepositories } from '@verity/adapters/mongo/repositories';
import { scratchDatabase } from '@verity/adapters/mongo/scratch';
import { aSession } from '@verity/adapters/mongo/scratch-records';
import { newId } from '@verity/adapters/world';
import { newRun } from '@verity/domain/policy/ask-run';
import { DEFAULT_POLICY } from '@verity/domain/policy/default-policy';
import { makeVersion, versionBasis } from '@verity/domain/policy/make-version';
import type { PolicyWorkPorts } from '@verity/domain/policy/work-ports';
import type { AuditRecord } from '@verity/protocol/audit/schemas';
import type { JobId, PolicyRunId, SessionId, UserId } from '@verity/protocol/ids';
import type { PolicyWatch } from '@verity/protocol/policy/health';
import type { PolicyDraft } from '@verity/protocol/policy/schemas';
import type { Run, Task } from './define-task';
import type { Tools } from './tools';

export const DAY_MS = 86_400_000;
export const START = Date.parse('2096-03-10T00:00:00.000Z');

export type PolicyWorld = Awaited<ReturnType<typeof openPolicyWorld>>;

export async function openPolicyWorld() {
  const database = await scratchDatabase();
  let now = new Date(START);
  const clock = () => now;
  const kept = { riskDays: 36_500, decisionDays: 36_500 };
  const stores = mongoRepositories(database.connection, { clock, ...kept });
  const seed = () => stores.policies.seed(DEFAULT_POLICY, new Date(START - 30 * DAY_MS));
  await seed();
  const warned: PolicyWatch[] = [];
  const proposed: PolicyRunId[] = [];
  const recorded: Pick<AuditRecord, 'action' | 'actor'>[] = [];
  const announced: number[] = [];
  const working = new Set<string>();
  const policy: PolicyWorkPorts = {
    ...stores,
    runs: stores.policyRuns,
    watches: stores.policyWatches,
    settings: async () => ({ ...(await stores.policySettings.read()), minimum_sessions: 20 }),
    versions: {
      policies: stores.policies,
      announcePolicy: ({ version }) => void announced.push(version),
      record: async (entry) => void recorded.push(entry),
      onPolicyChanged: () => undefined,
      clock,
    },
    review: async () => [],
    warn: async (watch) => void warned.push(watch),
    propose: async ({ id }) => void proposed.push(id),
    clock,
    breathe: async () => undefined,
    authorOf: async (actor) => ({ actor, author: actor, address: null }),
    async alone(what, work) {
      if (working.has(what)) return false;
      working.add(what);
      await work().finally(() => working.delete(what));
      return true;
    },
  };
  const tools = { clock, newId, policy } as unknown as Tools;

  /** What is recorded of sessions, a moment a minute. */
  const keep = (
    sessions: { sessionId: SessionId; userId: UserId; at: number; scores: number[] }[],
  ): Promise<void> => {
    const facts = {
      role: 'user' as const,
      groups: [],
      deviceTrusted: true,
      totpEnrolled: true,
      passkeyEnrolled: false,
      stepUpAt: null,
    };
    return stores.moments.add(
      sessions.flatMap(({ scores, at, ...ids }) =>
        scores.map((score, minute) => ({
          ...ids,
          at: at + minute * 60_000,
          score,
          weights: {},
          facts,
        })),
      ),
    );
  };

  return {
    stores,
    policy,
    warned,
    proposed,
    recorded,
    announced,
    now: clock,
    pass: (ms: number): void => void (now = new Date(now.getTime() + ms)),
    close: () => database.drop(),

    /** As on the first day. */
    async reset(): Promise<void> {
      const { db } = database.connection;
      await Promise.all((await db?.collections())?.map((each) => each.deleteMany({})) ?? []);
      now = new Date(START);
      for (const list of [warned, proposed, recorded, announced]) list.length = 0;
      policy.review = async () => [];
      await seed();
    },

    /** A session of somebody who is known. */
    async record(at: number, scores: number[]): Promise<SessionId> {
      const session = aSession({ startedAt: new Date(at), userName: 'Ada' });
      await stores.sessions.add(session);
      await keep([{ sessionId: session.id, userId: session.userId, at, scores }]);
      return session.id;
    },

    /** Sessions over the last ten days, each tenth of them risky. */
    recordMany: (count: number): Promise<void> =>
      keep(
        Array.from({ length: count }, (_, i) => ({
          sessionId: newId<SessionId>(),
          userId: newId<UserId>(),
          at: START - 10 * DAY_MS + Math.floor((i / count) * 10 * DAY_MS),
          scores: i % 10 === 0 ? [10, 50, 55, 50] : [10, 12, 10],
        })),
      ),

    /** Sessions that begin now, at no risk. */
    async live(count: number): Promise<SessionId[]> {
      const sessions = Array.from({ length: count }, (_, i) => ({
        sessionId: newId<SessionId>(),
        userId: newId<UserId>(),
        at: now.getTime() + 1_000 + i,
        scores: [10],
      }));
      await keep(sessions);
      return sessions.map(({ sessionId }) => sessionId);
    },

    /** A challenge that waits for proof, of the version in force. */
    async challenge(session_id: SessionId, at: Date): Promise<void> {
      const { version } = await stores.policies.current();
      await stores.outcomes.begin({
        id: newId(),
        kind: 'challenge',
        session_id,
        user_id: newId<UserId>(),
        rule_id: 'high-step-up',
        rule_name: 'High',
        policy_version: version,
        effect: 'step_up',
        risk_score: 70,
        resource: null,
        at: at.toISOString(),
        outcome: 'open',
        settled_at: null,
        wrong_proofs: 0,
        said: null,
        seconds_to_stop: null,
      });
    },

    /** Puts another version in force. */
    async change(draft: PolicyDraft) {
      const by = { actor: 'user:1', author: 'admin@example.org', address: null };
      const basis = await versionBasis(policy.versions);
      const about = { reason: 'A test', report_only: false, by };
      return makeVersion(draft, about, basis, policy.versions);
    },

    /** A run as the page of policies asks for it. */
    async ask(kind: 'simulation' | 'optimisation', draft: PolicyDraft | null) {
      const run = newRun({
        id: newId<PolicyRunId>(),
        job: newId<JobId>(),
        kind,
        policy: draft,
        by: 'admin@example.org',
        baseVersion: 1,
        days: 11,
        frictionBudget: 150,
        now,
      });
      await stores.policyRuns.add(run);
      return { run_id: run.id, job: run.job_id as JobId };
    },

    /** Runs a task as a worker does; `over` changes what it is told of the run. */
    perform<T extends Task>(task: T, payload: unknown = {}, over: Partial<Run> = {}) {
      const run: Run = {
        id: newId<JobId>(),
        attempt: 1,
        at: now,
        by: 'system:jobs',
        signal: new AbortController().signal,
        progress: () => undefined,
        ...over,
      };
      return task.handler(task.payload.parse(payload), run, tools) as Promise<
        Record<string, unknown>
      >;
    },
  };
}

/** The policy of a new installation, asking for proof from another score on. */
export const askingFrom = (score: number): PolicyDraft => ({
  ...DEFAULT_POLICY,
  rules: DEFAULT_POLICY.rules.map((rule) =>
    rule.id === 'high-step-up' ? { ...rule, when: { risk_at_least: score } } : rule,
  ),
});

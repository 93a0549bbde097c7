// Work on policies over a real MongoDB: outcomes from records, simulations, searches, and the watch that takes back.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mongoRepositories, type Repositories } from '@verity/adapters/mongo/repositories';
import { scratchDatabase, type ScratchDatabase } from '@verity/adapters/mongo/scratch';
import { aSession } from '@verity/adapters/mongo/scratch-records';
import { newId } from '@verity/adapters/world';
import { checkPolicyHealth } from '@verity/domain/policy/check-health';
import { DEFAULT_POLICY } from '@verity/domain/policy/default-policy';
import { makeVersion, versionBasis } from '@verity/domain/policy/make-version';
import { settleAbandoned, trackOutcomes } from '@verity/domain/policy/outcomes';
import { newRun, runSimulation } from '@verity/domain/policy/simulate';
import { runNext, type PolicyWorkPorts } from '@verity/domain/policy/work';
import { DEFAULT_SETTINGS, type PolicyWatch } from '@verity/protocol/policy/health';
import type { Action, AuditRecord } from '@verity/protocol/audit/schemas';
import type {
  AuditRecordId,
  DecisionId,
  PolicyRunId,
  SessionId,
  UserId,
} from '@verity/protocol/ids';
import type { PolicyDraft } from '@verity/protocol/policy/schemas';
import { listening } from '../routes/scratch-call';
import { outcomeTools } from './outcome-tools';

const DAY_MS = 86_400_000;
const never = new AbortController().signal;
const start = Date.parse('2026-03-10T00:00:00.000Z');

let database: ScratchDatabase;
let stores: Repositories;
let now: Date;
let warned: PolicyWatch[];
let tools: PolicyWorkPorts;
let heard: ReturnType<typeof listening>;

beforeEach(async () => {
  database = await scratchDatabase();
  now = new Date(start);
  const clock = () => now;
  stores = mongoRepositories(database.connection, {
    clock,
    riskDays: 36_500,
    decisionDays: 36_500,
  });
  await stores.policies.seed(DEFAULT_POLICY, new Date(start - 30 * DAY_MS));
  heard = listening();
  warned = [];
  tools = {
    ...stores,
    runs: stores.policyRuns,
    watches: stores.policyWatches,
    settings: async () => ({ ...(await stores.policySettings.read()), minimum_sessions: 20 }),
    versions: {
      policies: stores.policies,
      announcePolicy: (update) =>
        heard.announcer.announce('policy_update', ['authenticated'], update),
      record: heard.journal.record,
      onPolicyChanged: () => undefined,
      clock,
    },
    review: async () => [],
    warn: async (watch) => void warned.push(watch),
    clock,
    breathe: async () => undefined,
  };
});
afterEach(() => database.drop());

/** A recorded session, a moment a minute. */
async function record(at: number, scores: number[]): Promise<SessionId> {
  const session = aSession({ startedAt: new Date(at), userName: 'Ada' });
  await stores.sessions.add(session);
  const { id: sessionId, userId } = session;
  await stores.moments.add(
    scores.map((score, minute) => ({
      sessionId,
      userId,
      at: at + minute * 60_000,
      score,
      weights: {},
      facts: {
        role: 'user',
        groups: [],
        deviceTrusted: true,
        totpEnrolled: true,
        passkeyEnrolled: false,
        stepUpAt: null,
      },
    })),
  );
  return sessionId;
}

/** Sessions over the last ten days, each tenth of them risky. */
async function recordMany(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const at = start - 10 * DAY_MS + Math.floor((i / count) * 10 * DAY_MS);
    await record(at, i % 10 === 0 ? [10, 50, 55, 50] : [10, 12, 10]);
  }
}

const stricter = (floor: number): PolicyDraft => ({
  ...DEFAULT_POLICY,
  rules: DEFAULT_POLICY.rules.map((rule) =>
    rule.id === 'high-step-up' ? { ...rule, when: { risk_at_least: floor } } : rule,
  ),
});

async function change(draft: PolicyDraft) {
  const by = { actor: 'user:1', author: 'admin@example.org', address: null };
  const basis = await versionBasis(tools.versions);
  return makeVersion(draft, { reason: 'A test', report_only: false, by }, basis, tools.versions);
}

async function ask(kind: 'simulation' | 'optimisation', policy: PolicyDraft | null) {
  const run = newRun({
    id: newId<PolicyRunId>(),
    kind,
    policy,
    by: 'admin@example.org',
    baseVersion: 1,
    days: 11,
    frictionBudget: 150,
    now,
  });
  await stores.policyRuns.add(run);
  return run.id;
}

describe('outcomes', () => {
  const aRecord = (
    session: SessionId,
    action: Action,
    second: number,
    details: Record<string, unknown> = {},
  ): AuditRecord => ({
    id: newId<AuditRecordId>(),
    at: new Date(start + second * 1000).toISOString(),
    actor: 'system:policy',
    action,
    subject: `session:${session}`,
    outcome: 'success',
    address: null,
    details,
  });
  const decision = (session: SessionId, second: number, from: string, to: string) =>
    aRecord(session, 'session.decision', second, {
      decision: newId<DecisionId>(),
      user: `user:${newId<UserId>()}`,
      change: from === to ? 'band' : 'effect',
      effect: to,
      previous_effect: from,
      rule_id: 'high-step-up',
      rule_name: 'High',
      policy_version: 1,
      risk_score: 70,
    });
  const outcomesOf = async (records: AuditRecord[]) => {
    const tracker = outcomeTools(stores);
    await trackOutcomes(records, tracker, never);
    // Delivered again: nothing changes.
    await trackOutcomes(records, tracker, never);
    const period = { from: new Date(start - 1), to: new Date(start + DAY_MS) };
    return (await stores.outcomes.list(period, { limit: 50 })).items;
  };

  it('follow the challenge to the proof, to the easing and to the end', async () => {
    const [passed, eased, ended, left] = [1, 2, 3, 4].map(() => newId<SessionId>()) as [
      SessionId,
      SessionId,
      SessionId,
      SessionId,
    ];
    const outcomes = await outcomesOf([
      decision(passed, 0, 'allow', 'step_up'),
      decision(passed, 1, 'step_up', 'step_up'),
      aRecord(passed, 'auth.step_up_failed', 2),
      aRecord(passed, 'auth.step_up', 3),
      decision(passed, 4, 'step_up', 'allow'),
      decision(eased, 0, 'allow', 'restrict'),
      decision(eased, 90, 'restrict', 'allow'),
      decision(ended, 0, 'allow', 'step_up'),
      decision(ended, 10, 'step_up', 'terminate'),
      aRecord(ended, 'session.terminated', 11),
      decision(left, 0, 'allow', 'step_up'),
      aRecord(left, 'auth.logout', 30),
    ]);
    const seen = (session: SessionId) =>
      outcomes
        .filter(({ session_id }) => session_id === session)
        .map(({ kind, outcome, wrong_proofs }) => `${kind} ${outcome} ${wrong_proofs}`)
        .sort();
    expect(seen(passed)).toEqual(['challenge passed 1']);
    expect(seen(eased)).toEqual(['challenge eased 0']);
    expect(seen(ended)).toEqual(['challenge terminated 0', 'termination terminated 0']);
    expect(seen(left)).toEqual(['challenge abandoned 0']);
  });

  it('know how long a stranger had from the first high score on', async () => {
    const session = newId<SessionId>();
    await stores.decisions.add([
      {
        id: newId(),
        session_id: session,
        user_id: newId<UserId>(),
        effect: 'step_up',
        previous_effect: 'allow',
        rule_id: 'high-step-up',
        rule_name: 'High',
        rule_condition: '',
        policy_version: 1,
        risk_score: 65,
        band: 'high',
        reasons: [],
        would: [],
        resource: null,
        at: new Date(start + 1000),
      },
    ]);
    const [end] = await outcomesOf([
      decision(session, 15, 'allow', 'terminate'),
      aRecord(session, 'session.terminated', 16),
    ]);
    expect(end).toMatchObject({ kind: 'termination', seconds_to_stop: 15 });
  });

  it('hear what people say: an appeal granted, and "this was not me"', async () => {
    const [owner, stranger] = [newId<SessionId>(), newId<SessionId>()];
    const first = decision(owner, 0, 'allow', 'terminate');
    const outcomes = await outcomesOf([
      first,
      decision(stranger, 0, 'allow', 'step_up'),
      aRecord(stranger, 'auth.step_up', 5),
      {
        ...aRecord(owner, 'petition.answered', 60, {
          outcome: 'overturned',
          session: owner,
          decision: first.details['decision'],
        }),
        subject: 'petition:1',
      },
      aRecord(stranger, 'verdict.given', 61, { verdict: 'not_me' }),
    ]);
    expect(Object.fromEntries(outcomes.map((one) => [one.session_id, one.said]))).toEqual({
      [owner]: 'owner',
      [stranger]: 'stranger',
    });
  });

  it('are abandoned when the session ended without a word', async () => {
    const session = aSession({ state: 'expired', endedAt: new Date(start + 60_000) });
    await stores.sessions.add(session);
    await outcomesOf([decision(session.id, 0, 'allow', 'step_up')]);
    expect(await settleAbandoned(outcomeTools(stores), never)).toBe(1);
    expect(await settleAbandoned(outcomeTools(stores), never)).toBe(0);
    expect(await outcomesOf([])).toMatchObject([{ outcome: 'abandoned' }]);
  });
});

describe('a simulation', () => {
  it('tells who would be challenged by the draft and is not today, differences first', async () => {
    await recordMany(40);
    const both = await record(start - DAY_MS, [10, 70, 70]);
    const id = await ask('simulation', stricter(50));
    expect(await runNext(tools, never)).toBe(true);
    expect(await runNext(tools, never)).toBe(false);
    const run = await stores.policyRuns.byId(id);
    expect(run).toMatchObject({
      state: 'done',
      simulation: {
        sessions: 41,
        today: { challenged_sessions: 1 },
        draft: { challenged_sessions: 5 },
        differences: { stricter: 4, milder: 0, none: 37 },
        moves: [{ now: 'allow', then: 'step_up', sessions: 4 }],
      },
    });
    const { items, total } = await stores.policyRuns.sessions(id, {}, { limit: 50 });
    expect(total).toBe(5);
    expect(items.slice(0, 4).every(({ difference }) => difference === 'stricter')).toBe(true);
    expect(items.at(-1)).toMatchObject({ session_id: both, difference: 'none', user_name: 'Ada' });
  });

  it('that is interrupted goes on where it was, and finds the same', async () => {
    await recordMany(120);
    const whole = await ask('simulation', stricter(50));
    await runSimulation(whole, tools, never);
    const parts = await ask('simulation', stricter(50));
    let interrupted = 0;
    for (let turn = 0; turn < 10; turn++) {
      const stop = new AbortController();
      const once = runSimulation(parts, tools, stop.signal, () => stop.abort());
      const [outcome] = await Promise.allSettled([once]);
      if (outcome.status === 'rejected') interrupted++;
    }
    expect(interrupted).toBeGreaterThan(0);
    const [a, b] = [await stores.policyRuns.byId(whole), await stores.policyRuns.byId(parts)];
    expect(b?.state).toBe('done');
    expect(b?.simulation).toEqual(a?.simulation);
    const rows = async (id: PolicyRunId) =>
      (await stores.policyRuns.sessions(id, {}, { limit: 200 })).items;
    expect(await rows(parts)).toEqual(await rows(whole));
  });

  it('that is cancelled stops, and stays cancelled', async () => {
    await recordMany(120);
    const id = await ask('simulation', stricter(50));
    const breathe = async () => void (await stores.policyRuns.cancel(id, now));
    await runSimulation(id, { ...tools, breathe }, never, () => void breathe());
    expect(await stores.policyRuns.byId(id)).toMatchObject({
      state: 'cancelled',
      simulation: null,
    });
  });
});

describe('a search', () => {
  it('proposes thresholds within the budget and applies nothing', async () => {
    await recordMany(60);
    const id = await ask('optimisation', null);
    await runNext(tools, never);
    const { state, optimisation } = (await stores.policyRuns.byId(id))!;
    expect(state).toBe('done');
    expect(optimisation?.fit_sessions).toBeGreaterThan(optimisation!.held_out_sessions);
    expect(optimisation?.proposal?.fit.friction).toBeLessThanOrEqual(150);
    expect(optimisation?.proposal?.fit.exposure).toBeLessThan(optimisation!.today.fit.exposure);
    expect(optimisation?.applied).toBeNull();
    expect((await stores.policies.current()).version).toBe(1);
  });

  it('puts its proposal on trial when the setting says so, once', async () => {
    await recordMany(60);
    await stores.policySettings.write({ ...DEFAULT_SETTINGS, apply: 'on_trial' });
    const id = await ask('optimisation', null);
    await runNext(tools, never);
    await runNext(tools, never);
    expect((await stores.policyRuns.byId(id))?.optimisation?.applied).toEqual({
      version: 2,
      on_trial: true,
    });
    expect(await stores.policies.standing()).toMatchObject({
      current: { version: 1 },
      trial: { version: 2, author: 'system:policy-optimiser' },
    });
  });

  it('says what it lacks when too little is recorded', async () => {
    await recordMany(5);
    const id = await ask('optimisation', null);
    await runNext(tools, never);
    expect(await stores.policyRuns.byId(id)).toMatchObject({
      state: 'failed',
      problem: expect.stringContaining('a search needs 20'),
    });
  });
});

describe('the watch over a new version', () => {
  /** Lives sessions after now under the version in force, some of them challenged by it. */
  async function live(sessions: number, challenged: number): Promise<void> {
    const { version } = await stores.policies.current();
    for (let i = 0; i < sessions; i++) {
      const session_id = await record(now.getTime() + 1000 + i, [10]);
      if (i >= challenged) continue;
      await stores.outcomes.begin({
        id: newId<DecisionId>(),
        kind: 'challenge',
        session_id,
        user_id: newId<UserId>(),
        rule_id: 'high-step-up',
        rule_name: 'High',
        policy_version: version,
        effect: 'step_up',
        risk_score: 70,
        resource: null,
        at: new Date(now.getTime() + 1000 + i).toISOString(),
        outcome: 'open',
        settled_at: null,
        wrong_proofs: 0,
        said: null,
        seconds_to_stop: null,
      });
    }
    now = new Date(now.getTime() + 3_600_000);
  }
  const check = () => checkPolicyHealth(tools, never);

  it('leaves the first version alone', async () => {
    expect(await check()).toBeNull();
  });

  it('takes back a version that challenges far more than was foretold, once, and tells of it', async () => {
    await recordMany(60);
    const { version } = await change(stricter(50));
    expect(await check()).toMatchObject({
      version,
      state: 'watching',
      forecast: { sessions: 60, challenged: 6, terminated: 0 },
    });
    await live(25, 20);
    expect(await check()).toMatchObject({ state: 'rolled_back', rolled_back_by: version + 1 });
    expect(await stores.policies.current()).toMatchObject({
      version: version + 1,
      author: 'system:policy-health',
      rules: DEFAULT_POLICY.rules,
    });
    expect(warned).toMatchObject([{ version, state: 'rolled_back' }]);
    expect(heard.recorded.map(({ action }) => action)).toEqual([
      'policy.changed',
      'policy.rolled_back',
    ]);
    expect(heard.announced.map(({ event }) => event)).toEqual(['policy_update', 'policy_update']);
    // What a rollback made is watched, and never rolled back itself.
    await check();
    await live(60, 55);
    expect(await check()).toMatchObject({ version: version + 1, state: 'diverged' });
    await check();
    expect((await stores.policies.current()).version).toBe(version + 1);
    expect(warned).toHaveLength(2);
  });

  it('only warns when the setting says so', async () => {
    await recordMany(60);
    await stores.policySettings.write({ ...DEFAULT_SETTINGS, when_diverging: 'warn' });
    const { version } = await change(stricter(50));
    await check();
    await live(25, 20);
    expect(await check()).toMatchObject({ state: 'diverged', divergence: { what: 'challenged' } });
    expect((await stores.policies.current()).version).toBe(version);
    expect(warned).toHaveLength(1);
  });

  it('is content with what was foretold, and ends when its time is over', async () => {
    await recordMany(60);
    await change(stricter(50));
    await check();
    await live(30, 3);
    expect(await check()).toMatchObject({
      state: 'watching',
      live: { sessions: 30, challenged: 3 },
    });
    now = new Date(now.getTime() + 3 * DAY_MS);
    expect(await check()).toMatchObject({ state: 'passed', divergence: null });
  });

  it('does not judge before the least number of sessions, nor without a forecast', async () => {
    await recordMany(60);
    await change(stricter(50));
    await check();
    await live(10, 10);
    expect(await check()).toMatchObject({ state: 'watching', divergence: null });
  });

  it('says so when too little is recorded to foretell anything', async () => {
    await recordMany(5);
    await change(stricter(50));
    expect(await check()).toMatchObject({ state: 'unwatched', forecast: null });
  });

  it('ends with the next version', async () => {
    await recordMany(60);
    const first = await change(stricter(50));
    await check();
    await change(stricter(55));
    await check();
    expect(await stores.policyWatches.of(first.version)).toMatchObject({ state: 'superseded' });
  });
});

// Outcomes, moments, runs and settings in a real MongoDB: what is done twice has its effect once.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '@verity/protocol/policy/health';
import type { PolicyOutcome } from '@verity/protocol/policy/outcomes';
import type { DecisionId, JobId, PolicyRunId, SessionId, UserId } from '@verity/protocol/ids';
import type { MomentRecord } from '@verity/domain/policy/moments';
import type { ReplayedRecord } from '@verity/domain/policy/run-ports';
import { newRun } from '@verity/domain/policy/ask-run';
import { emptyTally } from '@verity/domain/policy/simulation-tally';
import { newId } from '../world';
import { mongoRepositories, type Repositories } from './repositories';
import { scratchDatabase, type ScratchDatabase } from './scratch';
import { aSession, later, now } from './scratch-records';

let database: ScratchDatabase;
let store: Repositories;
beforeAll(async () => {
  database = await scratchDatabase();
  store = mongoRepositories(database.connection, { clock: () => now });
});
afterAll(() => database.drop());

const anOutcome = (changes: Partial<PolicyOutcome> = {}): PolicyOutcome => ({
  id: newId<DecisionId>(),
  kind: 'challenge',
  session_id: newId<SessionId>(),
  user_id: newId<UserId>(),
  rule_id: 'high',
  rule_name: 'High',
  policy_version: 1,
  effect: 'step_up',
  risk_score: 70,
  resource: null,
  at: now.toISOString(),
  outcome: 'open',
  settled_at: null,
  wrong_proofs: 0,
  said: null,
  seconds_to_stop: null,
  ...changes,
});
const period = { from: later(-60_000), to: later(60_000) };
const ofSession = async (session: SessionId) =>
  (await store.outcomes.list(period, { limit: 200 })).items.filter(
    ({ session_id }) => session_id === session,
  );

describe('outcomes', () => {
  it('begin once a decision, and one challenge a session is open', async () => {
    const outcome = anOutcome();
    await store.outcomes.begin(outcome, { unlessOpen: true });
    await store.outcomes.begin(outcome, { unlessOpen: true });
    await store.outcomes.begin({ ...outcome, id: newId<DecisionId>() }, { unlessOpen: true });
    expect(await ofSession(outcome.session_id)).toEqual([outcome]);
  });

  it('are one interruption when a request that was refused is told late', async () => {
    const asked = anOutcome();
    await store.outcomes.begin(asked, { unlessOpen: true });
    await store.outcomes.settle(asked.session_id, 'passed', later(3_000));
    const told = (ms: number) =>
      store.outcomes.begin(
        { ...asked, id: newId<DecisionId>(), at: later(ms).toISOString(), resource: 'books' },
        { unlessOpen: true },
      );
    await told(-400);
    await told(2_000);
    expect(await ofSession(asked.session_id)).toHaveLength(1);
    await told(4_000);
    expect(await ofSession(asked.session_id)).toHaveLength(2);
  });

  it('are failed when a proof was tried and abandoned when none was', async () => {
    const [tried, left] = [anOutcome(), anOutcome()];
    await Promise.all([tried, left].map((one) => store.outcomes.begin(one)));
    for (const proof of ['a', 'b', 'b']) {
      await store.outcomes.countWrongProof(tried.session_id, proof, later(1));
    }
    for (const { session_id } of [tried, left]) {
      await store.outcomes.settle(session_id, 'session_ended', later(2));
    }
    expect(await ofSession(tried.session_id)).toMatchObject([
      { outcome: 'failed', wrong_proofs: 2, settled_at: later(2).toISOString() },
    ]);
    expect(await ofSession(left.session_id)).toMatchObject([{ outcome: 'abandoned' }]);
    // Settled once: a proof that comes again changes nothing.
    await store.outcomes.settle(left.session_id, 'passed', later(3));
    expect(await ofSession(left.session_id)).toMatchObject([{ outcome: 'abandoned' }]);
  });

  it('are not settled by what came before them', async () => {
    const outcome = anOutcome();
    await store.outcomes.begin(outcome);
    await store.outcomes.settle(outcome.session_id, 'passed', later(-1));
    expect(await ofSession(outcome.session_id)).toMatchObject([{ outcome: 'open' }]);
  });

  it('bear the later word of people, about one decision or about the session', async () => {
    const session_id = newId<SessionId>();
    const [one, other] = [
      anOutcome({ session_id, outcome: 'passed' }),
      anOutcome({ session_id, outcome: 'terminated', kind: 'termination' }),
    ];
    await Promise.all([one, other].map((each) => store.outcomes.begin(each)));
    await store.outcomes.say({ session: session_id, decision: one.id }, 'owner', later(5));
    await store.outcomes.say({ session: session_id, decision: null }, 'stranger', later(4));
    const said = Object.fromEntries(
      (await ofSession(session_id)).map(({ id, said: word }) => [id, word]),
    );
    expect(said).toEqual({ [one.id]: 'owner', [other.id]: 'stranger' });
    expect(await store.outcomes.saidOf([session_id])).toEqual(new Map([[session_id, 'owner']]));
  });

  it('are counted by day, version, rule and end, with what is known of the time to stop', async () => {
    const at = new Date('2096-01-05T23:59:00.000Z');
    const one = (changes: Partial<PolicyOutcome>) =>
      store.outcomes.begin(anOutcome({ at: at.toISOString(), policy_version: 7, ...changes }));
    const ended = newId<SessionId>();
    await Promise.all([
      one({}),
      one({}),
      one({ at: '2096-01-06T00:01:00.000Z' }),
      one({ kind: 'termination', outcome: 'terminated', session_id: ended }),
      one({ kind: 'termination', outcome: 'terminated' }),
    ]);
    await store.outcomes.noteTimeToStop(ended, new Date(at.getTime() + 9_000), 9);
    await store.outcomes.noteTimeToStop(ended, new Date(at.getTime() + 9_000), 99);
    const counts = await store.outcomes.count({ from: at, to: new Date('2096-01-07') });
    expect(counts).toHaveLength(3);
    expect(counts).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ day: '2096-01-05', kind: 'challenge', count: 2 }),
        expect.objectContaining({ day: '2096-01-06', count: 1, secondsToStop: [] }),
        expect.objectContaining({ kind: 'termination', count: 2, secondsToStop: [9] }),
      ]),
    );
    expect(await store.outcomes.hitBy(7, at)).toEqual({ challenged: 3, terminated: 2 });
    expect(await store.outcomes.hitBy(8, at)).toEqual({ challenged: 0, terminated: 0 });
  });
});

describe('moments', () => {
  const facts: MomentRecord['facts'] = {
    role: 'user',
    groups: ['guests'],
    deviceTrusted: false,
    totpEnrolled: true,
    passkeyEnrolled: false,
    stepUpAt: null,
  };

  it('come back by session and in order, each once, also after the session named', async () => {
    const sessions = [newId<SessionId>(), newId<SessionId>()].sort() as [SessionId, SessionId];
    const userId = newId<UserId>();
    const at = (minute: number) => Date.parse('2096-02-01T10:00:00.000Z') + minute * 60_000;
    const moments = sessions.flatMap((sessionId) =>
      [25, 3, 14].map((minute): MomentRecord => ({
        sessionId,
        userId,
        at: at(minute),
        score: minute,
        weights: { keystroke: 1.25 },
        facts,
      })),
    );
    await store.moments.add(moments.slice(0, 4));
    await store.moments.add(moments);
    const within = { from: new Date(at(3)), to: new Date(at(25)) };
    const read = async (after?: SessionId) => {
      const found = [];
      for await (const one of store.moments.recorded(within, after)) found.push(one);
      return found;
    };
    const found = await read();
    expect(found.map(({ sessionId }) => sessionId)).toEqual(sessions);
    expect(found[0]?.moments).toEqual([
      { at: at(3), score: 3, weights: { keystroke: 1.25 }, facts },
      { at: at(14), score: 14, weights: { keystroke: 1.25 }, facts },
    ]);
    expect((await read(sessions[0])).map(({ sessionId }) => sessionId)).toEqual([sessions[1]]);
    expect(await store.moments.countOfSessions(within)).toBe(2);
    expect(await store.moments.removeOfUser(userId)).toBe(6);
    expect(await read()).toEqual([]);
  });
});

describe('judged sessions', () => {
  it('are those that lived in the period, and on each of its days', async () => {
    const day = (date: string) => new Date(`${date}T12:00:00.000Z`);
    const lived = (from: string, to: string | null) =>
      store.sessions.add(
        aSession({
          startedAt: day(from),
          endedAt: to === null ? null : day(to),
          state: to === null ? 'active' : 'expired',
        }),
      );
    await Promise.all([
      lived('2025-05-01', '2025-05-01'),
      lived('2025-05-01', '2025-05-03'),
      lived('2025-05-03', null),
      lived('2025-05-04', '2025-05-04'),
    ]);
    const may = { from: new Date('2025-05-01'), to: new Date('2025-05-04') };
    expect(await store.judged.lived(may)).toBe(3);
    expect(await store.judged.livedByDay(may)).toEqual([
      { day: '2025-05-01', sessions: 2 },
      { day: '2025-05-02', sessions: 1 },
      { day: '2025-05-03', sessions: 2 },
    ]);
  });
});

describe('runs', () => {
  const job = newId<JobId>();
  const aRun = () =>
    newRun({
      id: newId<PolicyRunId>(),
      job,
      kind: 'simulation',
      policy: { rules: [], hysteresis: { margin: 0, hold_seconds: 0 }, resources: [] },
      by: 'admin@example.org',
      baseVersion: 1,
      days: 7,
      now,
    });
  const row = (rank: number): ReplayedRecord => {
    const side = { effect: 'allow' as const, challenges: 0, challenge: null, termination: null };
    return {
      session_id: newId<SessionId>(),
      user_id: newId<UserId>(),
      started_at: now.toISOString(),
      today: side,
      draft: side,
      difference: 'stricter',
      assumes_no_proof: false,
      rank,
    };
  };

  it('go on from their checkpoint, and stop when they are cancelled', async () => {
    const run = aRun();
    await store.policyRuns.add(run);
    expect(await store.policyRuns.byId(run.id)).toEqual(run);
    expect((await store.policyRuns.begin(run.id, job, now))?.checkpoint).toBeNull();
    const after = newId<SessionId>();
    const checkpoint = { after, tally: { ...emptyTally(), sessions: 3 } };
    expect(await store.policyRuns.advance(run.id, { done: 3, total: 9 }, checkpoint)).toBe(true);
    expect((await store.policyRuns.begin(run.id, job, later(9)))?.checkpoint).toEqual(checkpoint);
    expect(await store.policyRuns.going()).toMatchObject([{ id: run.id, job_id: job }]);
    expect(await store.policyRuns.cancel(run.id, later(9))).toMatchObject({ state: 'cancelled' });
    expect(await store.policyRuns.advance(run.id, { done: 4, total: 9 })).toBe(false);
    await store.policyRuns.end(run.id, { state: 'failed', problem: 'late' }, later(10));
    expect(await store.policyRuns.byId(run.id)).toMatchObject({ state: 'cancelled' });
    expect(await store.policyRuns.begin(run.id, job, later(11))).toBeNull();
    expect(await store.policyRuns.cancel(run.id, later(12))).toBeNull();
    expect(await store.policyRuns.going()).toEqual([]);
    // Tried again by hand: another job begins it anew.
    const again = newId<JobId>();
    expect(await store.policyRuns.begin(run.id, again, later(13))).toMatchObject({
      run: { state: 'running', job_id: again, ended_at: null },
      checkpoint: null,
    });
  });

  it('list their sessions, what must be seen first, each once, with who it was', async () => {
    const run = aRun();
    await store.policyRuns.add(run);
    const rows = [row(10), row(1_000_090), row(1_000_070)];
    const person = aSession({ id: rows[1]!.session_id, userName: 'Ada' });
    await store.sessions.add(person);
    await store.policyRuns.addSessions(run.id, rows.slice(0, 2));
    await store.policyRuns.addSessions(run.id, rows);
    const first = await store.policyRuns.sessions(run.id, {}, { limit: 2 });
    const rest = await store.policyRuns.sessions(
      run.id,
      {},
      { limit: 2, cursor: first.next_cursor! },
    );
    expect([...first.items, ...rest.items].map(({ session_id }) => session_id)).toEqual(
      [rows[1], rows[2], rows[0]].map((one) => one!.session_id),
    );
    expect(first).toMatchObject({ total: 3, items: [{ user_name: 'Ada' }, { user_name: '' }] });
    expect(first.items[0]).not.toHaveProperty('rank');
    const none = await store.policyRuns.sessions(run.id, { ruleId: 'x' }, { limit: 2 });
    expect(none.total).toBe(0);
  });
});

describe('settings', () => {
  it('are the defaults until somebody changes them', async () => {
    expect(await store.policySettings.read()).toEqual(DEFAULT_SETTINGS);
    const changed = { ...DEFAULT_SETTINGS, friction_budget: 20, apply: 'on_trial' as const };
    expect(await store.policySettings.write(changed)).toEqual(changed);
    expect(await store.policySettings.read()).toEqual(changed);
  });
});

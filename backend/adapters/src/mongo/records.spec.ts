// Scores, models, policies, decisions, alerts and the audit chain in a real MongoDB.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AlertMessage } from '@verity/protocol/alerts/messages';
import type { AlertId, SessionId, UserId } from '@verity/protocol/ids';
import type { Policy, PolicyDraft } from '@verity/protocol/policy/schemas';
import { AuditRecord } from '@verity/protocol/audit/schemas';
import { chainRecords, verifyChain, type Sha256 } from '@verity/domain/audit/chain';
import type { DecisionRecord } from '@verity/domain/policy/ports';
import type { WindowRecord } from '@verity/domain/risk/ports';
import { newId } from '../world';
import { mongoRepositories, type Repositories } from './repositories';
import { scratchDatabase, type ScratchDatabase } from './scratch';

let database: ScratchDatabase;
let store: Repositories;
const now = new Date('2026-03-01T12:00:10.000Z');
const later = (ms: number): Date => new Date(now.getTime() + ms);
const sha256: Sha256 = (bytes) => createHash('sha256').update(bytes).digest();

beforeAll(async () => {
  database = await scratchDatabase();
  store = mongoRepositories(database.connection, { clock: () => now });
});
afterAll(() => database.drop());

describe('the course of scores', () => {
  const point = (sessionId: SessionId, ms: number, riskScore: number) => ({
    id: newId<string>(),
    sessionId,
    at: later(ms),
    riskScore,
    band: 'low' as const,
  });

  it('keeps every point once, in order, with its band', async () => {
    const session = newId<SessionId>();
    const points = [point(session, 70_000, 85), point(session, 0, 10), point(session, 1500, 30)];
    await Promise.all([store.riskHistory.add(points), store.riskHistory.add(points)]);
    const kept = await store.riskHistory.ofSession(session, later(0));
    expect(
      kept.map(({ at, riskScore, band }) => [at.getTime() - now.getTime(), riskScore, band]),
    ).toEqual([
      [0, 10, 'low'],
      [1500, 30, 'medium'],
      [70_000, 85, 'critical'],
    ]);
    expect(await store.riskHistory.ofSession(session, later(1))).toHaveLength(2);
  });

  it('has a mean and a maximum a minute over all sessions', async () => {
    const [one, other] = [newId<SessionId>(), newId<SessionId>()];
    const hour = 3_600_000;
    await store.riskHistory.add([
      point(one, hour, 90),
      point(one, hour + 5, 20),
      point(other, hour, 40),
    ]);
    expect(await store.riskHistory.course(later(hour))).toEqual([
      { at: new Date('2026-03-01T13:00:00.000Z'), mean: 30, max: 90 },
    ]);
  });
});

describe('behaviour', () => {
  it('windows come back in order of time, NaN and all', async () => {
    const userId = newId<UserId>();
    const sessionId = newId<SessionId>();
    const window = (ms: number, features: number[]): WindowRecord => ({
      id: newId<string>(),
      userId,
      sessionId,
      modality: 'keystroke',
      at: later(ms),
      features,
    });
    const windows = [window(1, [1, Number.NaN, -0.5]), window(2, [2, 3]), window(3, [])];
    await store.behaviourWindows.add(windows);
    await store.behaviourWindows.add(windows.slice(1));
    expect(await store.behaviourWindows.ofUser(userId, 'keystroke', 9)).toEqual(windows);
    expect(await store.behaviourWindows.ofUser(userId, 'keystroke', 2)).toEqual(windows.slice(1));
    expect(await store.behaviourWindows.count(userId)).toEqual({ keystroke: 3, mouse: 0 });
    await store.behaviourWindows.removeOfSession(sessionId);
    expect(await store.behaviourWindows.count(userId)).toEqual({ keystroke: 0, mouse: 0 });
  });

  it('windows of others come person by person, those of the mouse by action only', async () => {
    const [first, me, third, last] = [1, 2, 3, 4].map(() => newId<UserId>()).sort();
    const sessionId = newId<SessionId>();
    const windows = (userId: UserId, count: number): WindowRecord[] =>
      Array.from({ length: count }, (_, i) => ({
        id: newId<string>(),
        userId,
        sessionId,
        modality: 'mouse',
        at: later(i),
        features: [i],
      }));
    await store.behaviourWindows.add([
      ...windows(first!, 4),
      ...windows(me!, 4),
      ...windows(third!, 1),
      ...windows(last!, 5),
    ]);
    // As an earlier version stored them.
    await database.connection
      .collection('behaviour_windows')
      .insertOne({ userId: me, modality: 'mouse', at: now, features: Buffer.alloc(8) });
    const wanted = { people: 9, windows: 3, least: 2 };
    const others = await store.behaviourWindows.ofOthers(me!, 'mouse', wanted);
    expect(others.map((records) => records.map(({ userId }) => userId))).toEqual([
      [last, last, last],
      [first, first, first],
    ]);
    expect(others[0]!.map(({ features }) => features[0])).toEqual([2, 3, 4]);
    const one = await store.behaviourWindows.ofOthers(me!, 'mouse', { ...wanted, people: 1 });
    expect(one).toHaveLength(1);
    expect(await store.behaviourWindows.count(me!)).toEqual({ keystroke: 0, mouse: 4 });
  });

  it('models have versions; the newest five are kept', async () => {
    const userId = newId<UserId>();
    const model = (version: number) => ({
      userId,
      modality: 'mouse' as const,
      version,
      trainedAt: now,
      windows: 30,
      artefact: `{"v":${version}}`,
    });
    expect(await store.behaviourModels.newest(userId, 'mouse')).toBeNull();
    for (let version = 1; version <= 7; version++) await store.behaviourModels.add(model(version));
    expect(await store.behaviourModels.newest(userId, 'mouse')).toEqual(model(7));
    const phrase = { ...model(1), modality: 'phrase:a1.9' as const };
    await store.behaviourModels.add(phrase);
    expect(await store.behaviourModels.newestOfUser(userId)).toEqual([model(7), phrase]);
    await expect(store.behaviourModels.add(model(7))).rejects.toMatchObject({ code: 'conflict' });
    const kept = await database.connection
      .collection('behaviour_models')
      .countDocuments({ userId, modality: 'mouse:actions' });
    expect(kept).toBe(5);
  });
});

describe('policies', () => {
  const draft: PolicyDraft = {
    rules: [{ id: 'last', name: 'Everything else', when: {}, effect: 'allow' }],
    hysteresis: { margin: 5, hold_seconds: 60 },
    resources: [],
  };

  it('begin with one version, however many processes start at once', async () => {
    await expect(store.policies.current()).rejects.toMatchObject({ code: 'unavailable' });
    await Promise.all(Array.from({ length: 5 }, () => store.policies.seed(draft, now)));
    expect(await store.policies.current()).toMatchObject({ version: 1, ...draft });
    expect((await store.policies.list({ limit: 10 })).total).toBe(1);
  });

  it('take one of two new versions', async () => {
    const next: Policy = { ...(await store.policies.current()), version: 2, reason: 'stricter' };
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, () => store.policies.add(next)),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(store.policies.add(next)).rejects.toMatchObject({ code: 'conflict' });
    expect(await store.policies.current()).toEqual(next);
    await store.policies.seed(draft, now);
    const page = await store.policies.list({ limit: 1 });
    expect(page.items[0]?.version).toBe(2);
    const cursor = page.next_cursor ?? undefined;
    expect((await store.policies.list({ limit: 1, cursor })).items[0]?.version).toBe(1);
  });
});

describe('a policy on trial', () => {
  it('stands beside the one in force, and goes with its end or the next version', async () => {
    const before = await store.policies.current();
    const trial = { ...before, version: before.version + 1, report_only: true };
    await store.policies.add(trial);
    expect(await store.policies.standing()).toEqual({ current: before, trial });
    expect(await store.policies.current()).toEqual(before);
    const ended = await store.policies.endTrial(trial.version, now);
    expect(ended?.trial_ended_at).toBe(now.toISOString());
    expect(await store.policies.endTrial(trial.version, now)).toBeNull();
    expect(await store.policies.standing()).toEqual({ current: before, trial: null });
    const again = { ...trial, version: trial.version + 1 };
    const next = { ...before, version: trial.version + 2 };
    await store.policies.add(again);
    await store.policies.add(next);
    expect(await store.policies.standing()).toEqual({ current: next, trial: null });
  });
});

describe('decisions', () => {
  it('are kept once and listed newest first', async () => {
    const session_id = newId<SessionId>();
    const decision = (ms: number) => ({
      id: newId<string>(),
      session_id,
      user_id: newId<UserId>(),
      effect: 'step_up' as const,
      previous_effect: 'allow' as const,
      rule_id: 'r',
      rule_name: 'R',
      rule_condition: 'always',
      would: [],
      resource: null,
      policy_version: 1,
      risk_score: 70,
      band: 'high' as const,
      reasons: ['slower between keys'],
      at: later(ms),
    });
    const decisions = [decision(1), decision(2)];
    await store.decisions.add(decisions);
    await store.decisions.add(decisions);
    const page = await store.decisions.ofSession(session_id, { limit: 5 });
    expect(page).toEqual({ items: decisions.toReversed(), next_cursor: null, total: 2 });
  });

  it('are counted by rule, each session once, and what was only reported apart', async () => {
    const [one, other] = [newId<SessionId>(), newId<SessionId>()];
    const decided = (session_id: SessionId, ms: number, part: Partial<DecisionRecord>) => ({
      id: newId<string>(),
      session_id,
      user_id: newId<UserId>(),
      effect: 'allow' as const,
      previous_effect: 'allow' as const,
      rule_id: 'last',
      rule_name: 'Else',
      rule_condition: 'always',
      would: [],
      resource: null,
      policy_version: 7,
      risk_score: 10,
      band: 'low' as const,
      reasons: [],
      at: new Date(later(86_400_000).getTime() + ms),
      ...part,
    });
    const would = [
      { policy_version: 8, rule_id: 'strict', rule_name: 'S', effect: 'step_up' as const },
    ];
    await store.decisions.add([
      decided(one, 1, {}),
      decided(one, 2, { would }),
      decided(other, 3, { would }),
      decided(other, 4, { effect: 'step_up', rule_id: 'ask' }),
    ]);
    const activity = await store.decisions.activity(later(86_400_000));
    expect(activity).toMatchObject({ sessions: 2, challenged: 1, terminated: 0 });
    const counts = activity.rules.map(({ policyVersion, ruleId, reported, sessions, decisions }) =>
      [policyVersion ?? 'all', ruleId, reported, sessions, decisions].join(' '),
    );
    expect(counts.sort()).toEqual(['8 strict true 2 2', 'all ask false 1 1', 'all last false 2 3']);
  });
});

describe('alerts', () => {
  const aReport = (changes: Partial<AlertMessage> = {}): AlertMessage => ({
    kind: 'risk_crossing',
    severity: 'high',
    title: 'Risk rose',
    description: 'It rose.',
    confidence: 0.7,
    at: now.toISOString(),
    group_key: newId<string>(),
    session_id: newId<SessionId>(),
    user_id: null,
    sources: [
      { layer: 1, model_name: 'm', confidence: 0.5, context_evidence: { 'a.b': 1, $c: 2 } },
    ],
    ...changes,
  });
  const about = { userEmail: 'ada@example.org', demo: false };
  const report = (message: AlertMessage, messageId = newId<string>()) =>
    store.alerts.report(newId<AlertId>(), messageId, message, about);

  it('of one group are one, reported at once by many or not, and a message counts once', async () => {
    const message = aReport();
    const ids = Array.from({ length: 10 }, () => newId<string>());
    const outcomes = await Promise.all(ids.map((id) => report(message, id)));
    expect(outcomes.filter(({ change }) => change === 'new')).toHaveLength(1);
    expect(new Set(outcomes.map(({ alert }) => alert.id)).size).toBe(1);
    const again = await report({ ...message, severity: 'critical', confidence: 0.1 }, ids[3]);
    expect(again).toMatchObject({ change: 'none', alert: { count: 10, severity: 'high' } });
    const worse = await report({ ...message, severity: 'critical', confidence: 0.1 });
    expect(worse).toMatchObject({
      change: 'repeated',
      alert: { count: 11, severity: 'critical', confidence: 0.7, user_email: 'ada@example.org' },
    });
    expect(worse.alert.sources[0]).toEqual(message.sources[0]);
  });

  it('that were closed leave room for a new one, and cannot be opened beside it', async () => {
    const message = aReport();
    const { alert } = await report(message);
    await store.alerts.change(alert.id, { status: 'resolved', from: 'open' }, later(1));
    const next = await report(message);
    expect(next.change).toBe('new');
    expect(next.alert.id).not.toBe(alert.id);
    await expect(
      store.alerts.change(alert.id, { status: 'open', from: 'resolved' }, later(2)),
    ).rejects.toMatchObject({ code: 'conflict' });
  });

  it('are moved by the first of two who saw the same status', async () => {
    const { alert } = await report(aReport());
    const move = () =>
      store.alerts.change(alert.id, { status: 'acknowledged', from: 'open' }, later(1));
    const outcomes = await Promise.allSettled([move(), move(), move()]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const note = { at: later(5), author: 'admin@example.org', text: 'Looking' };
    expect(await store.alerts.addNote(alert.id, note)).toMatchObject({
      status: 'acknowledged',
      notes: [{ author: 'admin@example.org', at: later(5).toISOString() }],
    });
    await expect(store.alerts.addNote(newId(), note)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('are found by filter, and moved many at once where the workflow allows', async () => {
    const userId = newId<UserId>();
    const made = [];
    for (const severity of ['low', 'critical', 'high'] as const) {
      made.push((await report(aReport({ severity, user_id: userId }))).alert);
    }
    const ids = made.map(({ id }) => id);
    await store.alerts.change(ids[0] as AlertId, { status: 'false_positive' }, now);
    const changed = await store.alerts.changeMany(ids, 'acknowledged', ['open'], later(1));
    expect(changed.map(({ id }) => id)).toEqual(ids.slice(1));
    const find = async (filter: Parameters<Repositories['alerts']['list']>[0]) =>
      (await store.alerts.list({ userId, ...filter }, { limit: 10 })).total;
    expect(await find({})).toBe(3);
    expect(await find({ status: ['acknowledged'], severity: ['critical', 'low'] })).toBe(1);
    expect(await find({ kind: ['user_report'] })).toBe(0);
    expect(await find({ q: 'RISK' })).toBe(3);
    const worst = await store.alerts.mostSevereOpen(100);
    expect(worst.length).toBe(await store.alerts.countOpen());
    const rank = worst.map(({ severity }) =>
      ['low', 'medium', 'high', 'critical'].indexOf(severity),
    );
    expect(rank).toEqual(rank.toSorted((a, b) => b - a));
  });
});

describe('the audit chain', () => {
  const aRecord = (details: Record<string, unknown> = {}): AuditRecord =>
    AuditRecord.parse({
      id: newId<string>(),
      at: now.toISOString(),
      actor: 'system:spec',
      action: 'auth.login',
      subject: 'session:1',
      outcome: 'success',
      address: null,
      details,
    });

  it('grows from one writer at a time, without gap or fork, and comes back as it was hashed', async () => {
    expect(await store.auditChain.head()).toBeNull();
    const odd = {
      empty: {},
      list: [[], { '$x.y': null }],
      n: -1.5e-7,
      big: 2 ** 53,
      text: 'é\u0000',
    };
    const first = chainRecords(null, [aRecord(odd), aRecord(), aRecord()], sha256);
    await store.auditChain.append(first);
    // The answer was lost: the same again is no harm.
    await store.auditChain.append(first);
    const head = await store.auditChain.head();
    expect(head).toEqual({ seq: 2, hash: first[2]?.hash });

    const writers = Array.from({ length: 5 }, () =>
      store.auditChain.append(chainRecords(head, [aRecord(), aRecord()], sha256)),
    );
    const outcomes = await Promise.allSettled(writers);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const late = chainRecords(head, [aRecord()], sha256);
    await expect(store.auditChain.append(late)).rejects.toMatchObject({ code: 'conflict' });
    const gap = chainRecords({ seq: 90, hash: 'ab'.repeat(32) }, [aRecord()], sha256);
    await expect(store.auditChain.append(gap)).rejects.toMatchObject({ code: 'conflict' });
    expect(await verifyChain(store.auditChain.walk(), sha256)).toMatchObject({
      intact: true,
      records: 5,
    });
    const ids = first.map(({ record }) => record.id as string);
    expect(await store.auditChain.known([...ids, newId()])).toEqual(new Set(ids));
  });

  it('is listed by actor, action and time', async () => {
    const find = (filter: Parameters<Repositories['auditChain']['list']>[0]) =>
      store.auditChain.list(filter, { limit: 2 });
    expect(await find({ actor: 'system:spec', from: now, to: later(1) })).toMatchObject({
      total: 5,
    });
    expect(await find({ to: now })).toMatchObject({ total: 0 });
    expect(await find({ action: 'auth.logout' })).toMatchObject({ total: 0, next_cursor: null });
  });

  it('betrays a record that was changed in the database', async () => {
    await database.connection
      .collection<{ _id: number }>('audit_records')
      .updateOne({ _id: 1 }, { $set: { 'record.actor': 'system:nobody' } });
    expect(await verifyChain(store.auditChain.walk(), sha256)).toMatchObject({
      intact: false,
      broken_at: { seq: 1 },
    });
  });
});

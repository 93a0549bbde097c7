// Detection over a longer time, over a real MongoDB: what it finds, and that it finds it once.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { mongoRepositories, type Repositories } from '@verity/adapters/mongo/repositories';
import { scratchDatabase, type ScratchDatabase } from '@verity/adapters/mongo/scratch';
import { aSession, aUser, entriesOf } from '@verity/adapters/mongo/scratch-records';
import { newId } from '@verity/adapters/world';
import type { DetectionPorts } from '@verity/domain/detection/ports';
import type { AlertMessage } from '@verity/protocol/alerts/messages';
import type { Alert } from '@verity/protocol/alerts/schemas';
import type { AlertId, DecisionId, DeviceId, JobId, UserId } from '@verity/protocol/ids';
import { recordAlertsStage } from '@verity/server/pipeline/record';
import type { Tools } from '../tools';
import task from './run_threat_detections';

const START = Date.parse('2096-03-10T12:00:00.000Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

let database: ScratchDatabase;
let stores: Repositories;
let now: Date;
const announced: string[] = [];
beforeAll(async () => {
  database = await scratchDatabase();
  stores = mongoRepositories(database.connection, { clock: () => now, decisionDays: 36_500 });
});
beforeEach(async () => {
  now = new Date(START);
  announced.length = 0;
  const all = await database.connection.db?.collections();
  await Promise.all((all ?? []).map((each) => each.deleteMany({})));
});
afterAll(() => database.drop());

/** The alert stage of the pipeline, at the other end of the stream. */
const stage = () =>
  recordAlertsStage({
    ...stores,
    newId,
    announcer: {
      announce: (event) => void announced.push(event),
      disconnect: () => undefined,
    },
  });

const ports: DetectionPorts = {
  get facts() {
    return stores.threatFacts;
  },
  raise: async (payload, message_id) => {
    const message = { message_id, payload } as Parameters<ReturnType<typeof stage>['handle']>[0][0];
    await stage().handle([message], new AbortController().signal);
  },
  sha256,
  clock: () => now,
};

const detect = () =>
  task.handler(
    { hours: 24 },
    {
      id: newId<JobId>(),
      attempt: 1,
      at: now,
      by: 'system:jobs',
      signal: new AbortController().signal,
      progress: () => undefined,
    },
    { threats: ports } as unknown as Tools,
  );
const alertsNow = async (): Promise<Alert[]> => (await stores.alerts.list({}, { limit: 50 })).items;

async function person(name: string) {
  const user = aUser({ name, email: `${name}@example.org` });
  await stores.users.add(user);
  return user;
}

let failures = 0;

async function failSignIns(user: UserId | null, addresses: string[], at = now): Promise<void> {
  const records = addresses.map((address) => ({
    id: newId<never>(),
    at: at.toISOString(),
    actor: 'system:sign-in',
    action: 'auth.login_failed' as const,
    subject: user ? `user:${user}` : 'user:unknown',
    outcome: 'failure' as const,
    address,
    details: { why: 'wrong password' },
  }));
  await stores.auditEntries.add(entriesOf(records, failures));
  failures += records.length;
}

async function session(
  user: { id: UserId; email: string },
  changes: Parameters<typeof aSession>[0] = {},
) {
  const one = aSession({ userId: user.id, userEmail: user.email, startedAt: now, ...changes });
  await stores.sessions.add(one);
  return one;
}

it('finds one address that fails at many accounts, slowly, and what it then enters', async () => {
  const people = [];
  for (const name of ['ada', 'bea', 'cal', 'dan', 'eve']) people.push(await person(name));
  for (const [hour, { id }] of people.slice(0, 4).entries()) {
    await failSignIns(id, ['198.51.100.7'], new Date(START - (10 - hour) * HOUR));
  }
  expect(await detect()).toMatchObject({ found: 0 });
  await failSignIns(people[4]!.id, ['198.51.100.7', '198.51.100.7'], new Date(START - HOUR));
  await failSignIns(null, ['198.51.100.7']);
  expect(await detect()).toEqual({ found: 1, reported: { slow_guessing: 1 }, raised: 0 });
  expect(await alertsNow()).toMatchObject([
    {
      kind: 'slow_guessing',
      severity: 'medium',
      title: '198.51.100.7 failed to sign in to 5 accounts',
      count: 1,
    },
  ]);
  await session(people[0]!, { address: '198.51.100.7' });
  await detect();
  expect(await alertsNow()).toMatchObject([{ severity: 'critical', count: 2 }]);
  expect(announced).toContain('admin_notification');
});

it('finds an account that many addresses fail at', async () => {
  const ada = await person('ada');
  await failSignIns(
    ada.id,
    [1, 2, 3, 4, 5].map((last) => `203.0.113.${last}`),
  );
  await detect();
  expect(await alertsNow()).toMatchObject([
    { kind: 'slow_guessing', user_id: ada.id, user_email: 'ada@example.org' },
  ]);
});

it('finds trouble that shares an address, unless most accounts there are at peace', async () => {
  for (const name of ['ada', 'bea', 'cal']) {
    await session(await person(name), { address: '198.51.100.9', band: 'high', riskScore: 70 });
  }
  const office = [];
  for (let i = 0; i < 12; i++) office.push(await person(`office${i}`));
  for (const [i, user] of office.entries()) {
    await session(user, { address: '192.0.2.40', ...(i < 3 ? { band: 'high' } : {}) });
  }
  expect(await detect()).toMatchObject({ found: 1 });
  expect(await alertsNow()).toMatchObject([
    {
      kind: 'shared_origin',
      severity: 'high',
      title: '3 accounts are in trouble from 198.51.100.9',
    },
  ]);
});

it('finds a device that goes through accounts; whom its owner knows is no trouble', async () => {
  const sessions = [];
  for (const [i, name] of ['ada', 'bea', 'cal'].entries()) {
    const user = await person(name);
    const device = newId<DeviceId>();
    await stores.devices.add({
      id: device,
      userId: user.id,
      fingerprintHash: i < 2 ? 'f'.repeat(64) : 'e'.repeat(64),
      label: 'Firefox on Linux',
      userAgent: 'Mozilla/5.0',
      platform: 'Linux',
      screen: null,
      languages: [],
      trusted: false,
      firstSeenAt: now,
      lastSeenAt: now,
    });
    sessions.push(await session(user, { deviceId: device, address: `192.0.2.${i}` }));
  }
  for (const { id, userId } of sessions) {
    await stores.outcomes.begin({
      id: newId<DecisionId>(),
      kind: 'termination',
      session_id: id,
      user_id: userId,
      rule_id: 'r',
      rule_name: 'R',
      policy_version: 1,
      effect: 'terminate',
      risk_score: 90,
      resource: null,
      at: now.toISOString(),
      outcome: 'terminated',
      settled_at: now.toISOString(),
      wrong_proofs: 0,
      said: null,
      seconds_to_stop: null,
    });
  }
  expect(await detect()).toMatchObject({ reported: { shared_origin: 1 } });
  expect(await alertsNow()).toMatchObject([{ title: '2 accounts are in trouble on one device' }]);
  await stores.outcomes.say({ session: sessions[0]!.id, decision: null }, 'owner', now);
  expect(await detect()).toMatchObject({ found: 0 });
});

const anAlert = async (report: Partial<AlertMessage>): Promise<void> => {
  const about = { userEmail: 'ada@example.org', demo: false };
  const message: AlertMessage = {
    kind: 'risk_crossing',
    severity: 'medium',
    title: 'An alert',
    description: 'It is one.',
    confidence: 0.5,
    at: now.toISOString(),
    group_key: newId(),
    session_id: null,
    user_id: null,
    sources: [],
    ...report,
  };
  await stores.alerts.report(newId<AlertId>(), newId(), message, about);
};

it('finds a person with several alerts of several kinds, a step graver than the gravest', async () => {
  const ada = await person('ada');
  for (const kind of ['risk_crossing', 'risk_crossing', 'cloned_passkey'] as const) {
    await anAlert({ kind, user_id: ada.id });
  }
  await detect();
  const [found, ...others] = (await alertsNow()).filter(({ kind }) => kind === 'alert_cluster');
  expect(found).toMatchObject({ severity: 'high', user_id: ada.id, count: 1 });
  expect(others).toEqual([]);
});

it('says nothing twice: run again, and after the alert was closed, until something new belongs to it', async () => {
  for (const name of ['ada', 'bea', 'cal']) {
    await session(await person(name), { address: '198.51.100.9', band: 'high' });
  }
  await detect();
  const told = announced.length;
  now = new Date(START + HOUR);
  expect(await detect()).toEqual({ found: 1, reported: {}, raised: 0 });
  expect(announced).toHaveLength(told);
  const [{ id }] = (await alertsNow()) as [Alert];
  await stores.alerts.change(id, { status: 'resolved' }, now);
  expect(await detect()).toMatchObject({ reported: {} });
  await session(await person('dan'), { address: '198.51.100.9', band: 'critical' });
  expect(await detect()).toMatchObject({ reported: { shared_origin: 1 } });
  expect(await alertsNow()).toMatchObject([
    { status: 'open', title: '4 accounts are in trouble from 198.51.100.9' },
    { status: 'resolved' },
  ]);
});

it('makes an alert graver that nobody takes up, in steps, and leaves what somebody works on', async () => {
  await anAlert({ severity: 'medium', title: 'Left' });
  await anAlert({ severity: 'medium', title: 'Taken', group_key: 'taken' });
  await anAlert({ severity: 'low', title: 'Low' });
  const taken = (await alertsNow()).find(({ title }) => title === 'Taken') as Alert;
  await stores.alerts.change(taken.id, { status: 'acknowledged' }, now);
  now = new Date(START + 23 * HOUR);
  expect(await detect()).toMatchObject({ raised: 0 });
  now = new Date(START + 25 * HOUR);
  expect(await detect()).toMatchObject({ raised: 1 });
  expect(await detect()).toMatchObject({ raised: 0 });
  now = new Date(START + 34 * HOUR);
  expect(await detect()).toMatchObject({ raised: 1 });
  const severities = Object.fromEntries(
    (await alertsNow()).map(({ title, severity, count }) => [title, `${severity} ${count}`]),
  );
  expect(severities).toEqual({ Left: 'critical 3', Taken: 'medium 1', Low: 'low 1' });
});

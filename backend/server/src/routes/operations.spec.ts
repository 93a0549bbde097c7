// Health, overview and demo data, over a real MongoDB.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fault } from '@verity/protocol/faults';
import { ROUTES } from '@verity/protocol/routes';
import { mongoRepositories, type Repositories } from '@verity/adapters/mongo/repositories';
import { scratchDatabase, type ScratchDatabase } from '@verity/adapters/mongo/scratch';
import { systemClock } from '@verity/adapters/world';
import { healthOf, type HealthCheck } from './health';
import { operationsHandlers } from './operations';
import { callByAdmin, listening } from './scratch-call';

let database: ScratchDatabase;
let store: Repositories;
beforeAll(async () => {
  database = await scratchDatabase();
  store = mongoRepositories(database.connection, { clock: systemClock });
});
afterAll(() => database.drop());

const nothing = { params: undefined, query: undefined, body: undefined };

function desk(checks: HealthCheck[] = []) {
  const heard = listening();
  const ended: string[] = [];
  const handlers = operationsHandlers({
    ...heard,
    ...store,
    health: healthOf(checks, '1.2.3', 50),
    metrics: async () => 'verity_up 1\n',
    openapi: {},
    realtime: () => ({ total_connections: 0, unique_users: 0, rooms: 0, events_per_second: 0 }),
    cache: async () => ({ total_keys: 0, used_memory: 0, kinds: [] }),
    bus: async () => [],
    telemetry: () => ({ accepted: 0, refused: {} }),
    process: () => ({ uptimeSeconds: 1, rssBytes: 1, node: 'v20' }),
    endDemoSessions: async ({ actor }) => void ended.push(actor),
    clock: systemClock,
  });
  return { heard, handlers, ended };
}

const well: HealthCheck = { name: 'well', check: async () => undefined, fix: 'Nothing.' };
const silent: HealthCheck = {
  name: 'silent',
  check: () => new Promise<void>(() => undefined),
  fix: 'Start it.',
};
const broken: HealthCheck = {
  name: 'broken',
  check: () => {
    throw new Error('connect ECONNREFUSED redis://:hunter2@10.0.0.1:6379');
  },
  fix: 'Restart it.',
};
const away: HealthCheck = {
  name: 'away',
  check: () => Promise.reject(new Fault('unavailable', 'The database is away.')),
  fix: 'Wait.',
};

describe('health', () => {
  it('is well when every dependency is', async () => {
    const { handlers } = desk([well]);
    const admin = callByAdmin();
    expect(await handlers['GET /health/ready'](nothing, admin.call)).toMatchObject({
      ok: true,
      version: '1.2.3',
      dependencies: [{ name: 'well', ok: true }],
    });
    expect(admin.status()).toBe(200);
  });

  it('names what is silent, broken or away with the fix, in time and without a secret', async () => {
    const { handlers } = desk([well, silent, broken, away]);
    const admin = callByAdmin();
    const began = performance.now();
    const health = await handlers['GET /health/ready'](nothing, admin.call);
    expect(performance.now() - began).toBeLessThan(500);
    expect(admin.status()).toBe(503);
    expect(
      health.dependencies.map(({ name, ok, problem, fix }) => [name, ok, problem, fix]),
    ).toEqual([
      ['well', true, undefined, undefined],
      ['silent', false, 'It gave no answer in 0.05 s.', 'Start it.'],
      ['broken', false, 'It does not answer as it should.', 'Restart it.'],
      ['away', false, 'The database is away.', 'Wait.'],
    ]);
    expect(JSON.stringify(health)).not.toMatch(/hunter2|10\.0\.0\.1/);
    const whole = callByAdmin();
    expect(await handlers['GET /health'](nothing, whole.call)).toMatchObject({ ok: false });
    expect(whole.status()).toBe(200);
  });

  it('asks a dependency once, however many want to know at the same time', async () => {
    let asked = 0;
    const { handlers } = desk([{ ...well, check: async () => (asked += 1) }]);
    const ask = () => handlers['GET /health'](nothing, callByAdmin().call);
    await Promise.all([ask(), ask(), ask()]);
    expect(asked).toBe(1);
  });
});

describe('the pages of an admin', () => {
  it('have what their declarations promise, also when there is nothing yet', async () => {
    const { handlers } = desk([well]);
    const overview = await handlers['GET /api/v1/overview'](nothing, callByAdmin().call);
    expect(ROUTES['GET /api/v1/overview'].reply.parse(overview)).toMatchObject({
      live_sessions: 0,
      by_band: { low: 0, medium: 0, high: 0, critical: 0 },
      open_alerts: 0,
    });
    const system = await handlers['GET /api/v1/system'](nothing, callByAdmin().call);
    expect(ROUTES['GET /api/v1/system'].reply.parse(system).health.ok).toBe(true);
  });
});

describe('demo data', () => {
  it('goes after its sessions have ended, and the removal is on record', async () => {
    const { handlers, heard, ended } = desk();
    const remove = handlers['DELETE /api/v1/demo'];
    expect(await remove(nothing, callByAdmin().call)).toEqual({ users: 0, sessions: 0, alerts: 0 });
    expect(ended).toHaveLength(1);
    expect(heard.recorded).toMatchObject([{ action: 'demo.removed', subject: 'demo:all' }]);
  });
});

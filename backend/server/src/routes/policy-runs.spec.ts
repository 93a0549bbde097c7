// Runs over recorded sessions through the door, with a real broker and no worker: they wait, say why, and end with their job.
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { bucketOf } from '@verity/adapters/redis/job-record';
import { endedJobOf } from '@verity/domain/jobs/ended-job';
import { DEFAULT_POLICY } from '@verity/domain/policy/default-policy';
import type { Job } from '@verity/protocol/jobs/schemas';
import type { ShownRun } from '@verity/protocol/policy/runs';
import { openPlatform, type Platform, type Visitor } from './spec-platform';

let platform: Platform;
let admin: Visitor;
let auditor: Visitor;
beforeAll(async () => {
  platform = await openPlatform();
  await platform.person('admin@verity.test', 'admin');
  await platform.person('auditor@verity.test', 'auditor');
  admin = await platform.visit('admin@verity.test');
  auditor = await platform.visit('auditor@verity.test');
}, 60_000);
afterAll(() => platform.close());
afterEach(async () => {
  for (const { id } of await platform.stores.policyRuns.going()) await cancel(id);
});

const simulate = () =>
  admin.call('POST', '/api/v1/policies/simulations', { policy: DEFAULT_POLICY, days: 7 });
const asked = async () => (await simulate()).json as unknown as ShownRun;
const read = async (id: string) =>
  (await auditor.call('GET', `/api/v1/policies/runs/${id}`)).json as unknown as ShownRun;
const cancel = (id: string) => admin.call('POST', `/api/v1/policies/runs/${id}/cancel`);
const job = async (id: string | null) =>
  (await admin.call('GET', `/api/v1/jobs/${id}`)).json as unknown as Job;

it('become a job of the admin who asked, and say that they wait for a worker', async () => {
  const { id } = await asked();
  // The broker is connected to while the platform starts.
  await expect
    .poll(async () => (await read(id)).waits_for)
    .toBe('No worker runs. It begins as soon as one does.');
  const run = await read(id);
  expect(run).toMatchObject({ state: 'queued', asked_by: 'admin@verity.test' });
  expect(await job(run.job_id)).toMatchObject({
    task: 'simulate_policy_change',
    queue: 'policy_queue',
    payload: { run_id: run.id },
    by: `user:${admin.signedIn.user.id}`,
    state: 'queued',
  });
  const list = await auditor.call('GET', '/api/v1/policies/runs');
  expect(list.json).toMatchObject({ items: [{ id: run.id, waits_for: run.waits_for }] });
});

it('are cancelled with their job, once, on record', async () => {
  const run = await asked();
  expect((await cancel(run.id)).json).toMatchObject({ state: 'cancelled', waits_for: null });
  expect(await job(run.job_id)).toMatchObject({ state: 'cancelled' });
  expect((await cancel(run.id)).status).toBe(409);
  await expect
    .poll(() => platform.published.map(({ payload }) => payload))
    .toContainEqual(
      expect.objectContaining({ action: 'job.cancelled', subject: `job:${run.job_id}` }),
    );
});

it('are cancelled when an admin cancels their job in the console', async () => {
  const run = await asked();
  expect((await admin.call('POST', `/api/v1/jobs/${run.job_id}/cancel`)).status).toBe(200);
  expect(await read(run.id)).toMatchObject({ state: 'cancelled', waits_for: null });
});

it('fail with their job, and tell its reason', async () => {
  const run = await asked();
  const queued = await job(run.job_id);
  const error = { why: 'error' as const, message: 'MongoDB does not answer.', fix: 'Start it.' };
  const ended_at = new Date().toISOString();
  await platform.stores.jobs.add([endedJobOf({ ...queued, state: 'failed', ended_at, error })]);
  await platform.redis.commands.hdel(`{jobs}:states:${bucketOf(queued.id)}`, queued.id);
  expect(await read(run.id)).toMatchObject({
    state: 'failed',
    problem: 'MongoDB does not answer. Start it.',
  });
});

it('are three at a time, so that the watch over the version in force gets its turn', async () => {
  const [first] = [await asked(), await asked(), await asked()];
  expect((await simulate()).status).toBe(409);
  // One whose job was cancelled elsewhere is not counted.
  await admin.call('POST', `/api/v1/jobs/${first.job_id}/cancel`);
  expect((await simulate()).status).toBe(200);
});

it('that are not there are not found; an auditor reads, and asks for none', async () => {
  const missing = '/api/v1/policies/runs/0199a5b0-0000-7000-8000-000000000001';
  expect((await admin.call('GET', missing)).status).toBe(404);
  expect((await admin.call('POST', `${missing}/cancel`)).status).toBe(404);
  const draft = { policy: DEFAULT_POLICY, days: 7 };
  expect((await auditor.call('POST', '/api/v1/policies/simulations', draft)).status).toBe(403);
});

it('are exported', async () => {
  const run = await asked();
  const path = `/api/v1/policies/runs/${run.id}/sessions/export`;
  const { status, text } = await auditor.call('GET', path);
  expect([status, text.slice(0, 16)]).toEqual([200, '"session","user"']);
});

it('have the version in force looked at as soon as another one comes into force', async () => {
  const { version: based_on } = await platform.stores.policies.current();
  const { rules, resources } = DEFAULT_POLICY;
  const policy = { rules, resources, hysteresis: { margin: 7, hold_seconds: 60 } };
  const put = await admin.call('PUT', '/api/v1/policies', {
    policy,
    based_on,
    reason: 'A test',
    accept_warnings: true,
  });
  expect(put.status, put.text).toBe(200);
  const queued = await admin.call('GET', '/api/v1/jobs?state=queued&task=check_policy_health');
  expect(queued.json).toMatchObject({ items: [{ origin: 'code' }] });
});

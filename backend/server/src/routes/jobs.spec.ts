// The console of jobs through the door: who may, what is answered, what is put on record.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '@verity/adapters/world';
import { endedJobOf } from '@verity/domain/jobs/ended-job';
import type { JobId } from '@verity/protocol/ids';
import type { Job } from '@verity/protocol/jobs/schemas';
import { openPlatform, type Platform, type Visitor } from './spec-platform';

let platform: Platform;
let admin: Visitor;
let user: Visitor;
beforeAll(async () => {
  platform = await openPlatform();
  await platform.person('admin@verity.test', 'admin');
  await platform.person('user@verity.test');
  admin = await platform.visit('admin@verity.test');
  user = await platform.visit('user@verity.test');
}, 60_000);
afterAll(() => platform.close());

const failed = (over: Partial<Job> = {}): Job => ({
  id: newId<JobId>(),
  task: 'cleanup_cache',
  payload: {},
  attempt: 4,
  origin: 'schedule',
  by: null,
  enqueued_at: new Date().toISOString(),
  scheduled_for: null,
  queue: 'default',
  state: 'failed',
  worker: 'w',
  started_at: new Date().toISOString(),
  ended_at: new Date().toISOString(),
  due_at: null,
  duration_ms: 12,
  progress: null,
  result: null,
  error: { why: 'error', message: 'Redis does not answer.', fix: 'Try again.' },
  retried_as: null,
  ...over,
});

it('lets admins in alone', async () => {
  const seen = ['', '/overview', '/statistics', '/course', '/tasks', '/schedules', '/calendar'];
  for (const path of [...seen, '/retry-failed', '/export/csv', '/export/jsonl']) {
    expect((await user.call('GET', `/api/v1/jobs${path}`)).status).toBe(403);
    expect((await admin.call('GET', `/api/v1/jobs${path}`)).status).toBe(200);
  }
  const body = { task: 'cleanup_cache', payload: {} };
  expect((await user.call('POST', '/api/v1/jobs', body)).status).toBe(403);
});

it('runs a task now, finds the job, cancels it, and keeps both on record', async () => {
  const ran = await admin.call('POST', '/api/v1/jobs', { task: 'cleanup_cache', payload: {} });
  expect(ran.status).toBe(200);
  const { id } = ran.json as { id: string };
  expect((await admin.call('GET', `/api/v1/jobs/${id}`)).json).toMatchObject({
    state: 'queued',
    origin: 'console',
    by: `user:${admin.signedIn.user.id}`,
  });
  const queued = await admin.call('GET', '/api/v1/jobs?state=queued&task=cleanup_cache');
  expect(queued.json).toMatchObject({ items: [{ id }], next_cursor: null });
  const cancelled = await admin.call('POST', `/api/v1/jobs/${id}/cancel`);
  expect(cancelled.json).toEqual({ outcome: 'cancelled' });
  const again = await admin.call('POST', `/api/v1/jobs/${id}/cancel`);
  expect([again.status, again.json]).toMatchObject([
    409,
    { detail: 'The job has ended: cancelled.' },
  ]);
  await expect
    .poll(() =>
      platform.published
        .filter(({ stream }) => stream === 'stream:forensics')
        .map(({ payload }) => (payload as { action: string }).action),
    )
    .toEqual(expect.arrayContaining(['job.run', 'job.cancelled']));
});

it('says what does not fit: an unknown task, a payload, ten megabytes, a cron expression', async () => {
  const run = (task: string, payload: unknown) =>
    admin.call('POST', '/api/v1/jobs', { task, payload });
  expect([(await run('cleanup_cash', {})).json]).toMatchObject([
    { code: 'invalid-input', fix: expect.stringContaining('cleanup_cache') },
  ]);
  expect((await run('check_session_risk', { session_id: 'x' })).json).toMatchObject({
    code: 'invalid-input',
    issues: [{ path: '/payload/session_id' }],
  });
  expect((await run('cleanup_cache', { more: 'x'.repeat(10_000_000) })).status).toBe(413);
  const cron = await admin.call('PATCH', '/api/v1/jobs/schedules/cleanup_cache', {
    cron: '61 * * * *',
  });
  expect([cron.status, cron.json]).toMatchObject([
    400,
    { code: 'invalid-input', issues: [{ path: '/cron' }] },
  ]);
});

it('tries a failed job again once, and all that fit at once', async () => {
  const { jobs } = platform.stores;
  const one = failed();
  const others = [
    failed(),
    failed({ task: 'gone_task' }),
    failed({ state: 'succeeded', error: null }),
  ];
  await jobs.add([one, ...others].map(endedJobOf));
  const retried = await admin.call('POST', `/api/v1/jobs/${one.id}/retry`);
  expect(retried.status).toBe(200);
  const { id } = retried.json as { id: string };
  expect((await admin.call('GET', `/api/v1/jobs/${one.id}`)).json).toMatchObject({
    retried_as: id,
  });
  expect((await admin.call('POST', `/api/v1/jobs/${one.id}/retry`)).status).toBe(409);
  expect((await admin.call('POST', `/api/v1/jobs/${others[2]?.id}/retry`)).status).toBe(409);
  const preview = await admin.call('GET', '/api/v1/jobs/retry-failed');
  expect(preview.json).toMatchObject({
    total: 2,
    tasks: [
      { task: 'cleanup_cache', count: 1, known: true },
      { task: 'gone_task', count: 1, known: false },
    ],
    first: [{ state: 'failed' }, { state: 'failed' }],
  });
  const all = await admin.call('POST', '/api/v1/jobs/retry-failed', {});
  expect(all.json).toEqual({ retried: 1, left: 1 });
  // A task that is gone was not tried again, and says so.
  expect((await admin.call('GET', `/api/v1/jobs/${others[1]?.id}`)).json).toMatchObject({
    retried_as: null,
  });
});

it('pages through what ended, by filter and by search', async () => {
  const { jobs } = platform.stores;
  const ended = Array.from({ length: 5 }, (_, index) =>
    failed({
      task: 'cleanup_old_models',
      state: 'succeeded',
      error: null,
      result: { removed: index, needle: `straw ${index}` },
      ended_at: new Date(Date.now() - index * 1_000).toISOString(),
    }),
  );
  await jobs.add(ended.map(endedJobOf));
  const path = '/api/v1/jobs?state=succeeded&task=cleanup_old_models&limit=3';
  const first = (await admin.call('GET', path)).json as { next_cursor: string; total: number };
  expect(first).toMatchObject({ total: 5, items: [{ result: { removed: 0 } }, {}, {}] });
  const second = await admin.call('GET', `${path}&cursor=${first.next_cursor}`);
  expect(second.json).toMatchObject({ items: [{}, { result: { removed: 4 } }], next_cursor: null });
  const found = await admin.call('GET', '/api/v1/jobs?state=succeeded&q=straw%203');
  expect(found.json).toMatchObject({ total: 1, items: [{ result: { removed: 3 } }] });
});

it('pauses a queue for every worker, and resumes it', async () => {
  const pause = (what: string) => admin.call('POST', `/api/v1/jobs/queues/ml_queue/${what}`);
  expect((await pause('pause')).json).toMatchObject({ name: 'ml_queue', paused: true });
  const overview = await admin.call('GET', '/api/v1/jobs/overview');
  expect(overview.json).toMatchObject({ broker_up: true, outbox: 0 });
  expect((await pause('resume')).json).toMatchObject({ name: 'ml_queue', paused: false });
});

it('pages through what waits in the order in which it comes, and finds one by its payload', async () => {
  const run = (keep: number) =>
    admin.call('POST', '/api/v1/jobs', { task: 'cleanup_old_models', payload: { keep } });
  for (const keep of [11, 12, 13]) expect((await run(keep)).status).toBe(200);
  interface Listed {
    items: { id: string; payload: { keep: number } }[];
    next_cursor: string;
    total: number;
  }
  const read = async (query: string): Promise<Listed> => {
    const { json } = await admin.call('GET', `/api/v1/jobs?state=queued&${query}`);
    return json as unknown as Listed;
  };
  const keeps = ({ items }: Listed) => items.map(({ payload }) => payload.keep);
  const first = await read('task=cleanup_old_models&limit=2');
  expect([keeps(first), first.total]).toEqual([[11, 12], 3]);
  const second = await read(`task=cleanup_old_models&limit=2&cursor=${first.next_cursor}`);
  expect([keeps(second), second.total, second.next_cursor]).toEqual([[13], 3, null]);
  expect(keeps(await read('q=%22KEEP%22%3A12'))).toEqual([12]);
  const whole = await read('limit=200');
  expect(whole.items).toHaveLength(whole.total);
  const strange = await admin.call('GET', '/api/v1/jobs?state=queued&cursor=strange');
  expect([strange.status, strange.json]).toMatchObject([400, { code: 'invalid-input' }]);
});

it('hands what ended out as JSON lines and as CSV, with the filter in force', async () => {
  const { jobs } = platform.stores;
  const mark = newId<JobId>();
  const ended = [
    failed({ task: 'cleanup_cache', payload: { mark }, error: null, state: 'succeeded' }),
    failed({ payload: { mark }, error: { why: 'error', message: '=2+3', fix: null } }),
  ];
  await jobs.add(ended.map(endedJobOf));
  const lines = await admin.call('GET', `/api/v1/jobs/export/jsonl?q=${mark}`);
  expect(lines.headers.get('content-type')).toMatch(/^application\/x-ndjson/);
  const read = lines.text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Job);
  expect(read.map(({ payload }) => payload)).toEqual([{ mark }, { mark }]);
  const table = await admin.call('GET', `/api/v1/jobs/export/csv?q=${mark}&state=failed`);
  expect(table.text.split('\r\n')).toHaveLength(3);
  // A spreadsheet must not run what a task said.
  expect(table.text).toContain(`"'=2+3"`);
});

it('counts what is enqueued into the course of its task and queue', async () => {
  await admin.call('POST', '/api/v1/jobs', { task: 'cleanup_old_notifications', payload: {} });
  // Counted in the minute in which it was written, a quarter of a second later.
  await new Promise((resolve) => setTimeout(resolve, 600));
  platform.pass(60_000);
  interface Course {
    rates: { enqueued: number }[];
    depth: unknown[];
  }
  const enqueued = async (query: string): Promise<number> => {
    const { json } = await admin.call('GET', `/api/v1/jobs/course?${query}`);
    return (json as unknown as Course).rates.reduce((sum, one) => sum + one.enqueued, 0);
  };
  await expect.poll(() => enqueued('task=cleanup_old_notifications')).toBe(1);
  expect(await enqueued('task=cleanup_old_notifications&queue=ml_queue')).toBe(0);
  expect(await enqueued('queue=default')).toBeGreaterThanOrEqual(1);
});

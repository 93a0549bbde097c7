// Packed states of jobs: whatever went in comes out.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { JobId } from '@verity/protocol/ids';
import { FAILURES, QUEUES, type JobOrder } from '@verity/protocol/jobs/schemas';
import { bucketOf, packOrder, packTail, unpackJob } from './job-record';

const order = fc.record({
  id: fc.uuid({ version: 7 }) as fc.Arbitrary<JobId>,
  task: fc.constant('cleanup_cache'),
  payload: fc.jsonValue({ maxDepth: 2 }),
  attempt: fc.constant(1),
  origin: fc.constantFrom('schedule', 'console'),
  by: fc.option(fc.string()),
  enqueued_at: fc.constant('2026-11-21T10:00:00.000Z'),
  scheduled_for: fc.constant(null),
}) as fc.Arbitrary<JobOrder>;
const error = fc.option(
  fc.record({
    why: fc.constantFrom(...FAILURES),
    message: fc.string(),
    fix: fc.option(fc.string()),
  }),
);

it('gives back the order, the result and the error, whatever they hold', () => {
  fc.assert(
    fc.property(
      ...[order, fc.constantFrom(...QUEUES), fc.option(fc.jsonValue({ maxDepth: 2 })), error],
      (given, queue, result, failure) => {
        const json = result === null ? null : JSON.stringify(result);
        const job = unpackJob({
          state: `failed 3 host:worker:7 0 1700000000000 1700000001500 0 0${packTail(json, failure)}`,
          order: packOrder(queue, JSON.stringify(given)),
          progress: null,
        });
        expect(job).toEqual({
          ...JSON.parse(JSON.stringify(given)),
          ...{ queue, state: 'failed', attempt: 3, worker: 'host:worker:7' },
          ...{ started_at: '2023-11-14T22:13:20.000Z', ended_at: '2023-11-14T22:13:21.500Z' },
          ...{ due_at: null, duration_ms: 1_500, progress: null, retried_as: null },
          result: json === null ? null : JSON.parse(json),
          error: failure,
        });
      },
    ),
  );
});

it('knows nothing of a job whose state or order is gone', () => {
  const state = 'queued 1 - 0 0 0 0 0';
  expect(unpackJob({ state: null, order: 'default {}', progress: null })).toBeNull();
  expect(unpackJob({ state, order: null, progress: null })).toBeNull();
  expect(unpackJob({ state, order: 'default {}', progress: null })).toMatchObject({
    ...{ state: 'queued', worker: null, started_at: null, ended_at: null, duration_ms: null },
  });
});

it('keeps large orders without their payload', () => {
  const large = JSON.stringify({ task: 'cleanup_cache', payload: 'x'.repeat(9_000) });
  expect(packOrder('default', large)).toBe('default {"task":"cleanup_cache","payload":null}');
});

it('puts jobs of one quarter of a second together', () => {
  const at = (id: string): string => bucketOf(id as JobId);
  expect(at('0190abcd-1234-7000-8000-000000000001')).toBe('0190abcd12');
  expect(at('0190abcd-12ff-7abc-8000-000000000002')).toBe('0190abcd12');
  expect(at('0190abcd-1300-7000-8000-000000000001')).toBe('0190abcd13');
});

// How a run stands by the job that does it.
import { expect, it } from 'vitest';
import { endByJob, waitsFor } from './run-standing';

const asked_at = '2026-03-10T12:00:00.000Z';
const after = (seconds: number) => new Date(Date.parse(asked_at) + seconds * 1_000);
const job = (state: 'queued' | 'active' | 'waiting' | 'succeeded' | 'failed' | 'cancelled') => ({
  state,
  error: { why: 'error' as const, message: 'MongoDB does not answer.', fix: 'Start it.' },
  due_at: null,
});

it('ends as its job ended, and not while the job is under way', () => {
  const end = (state: Parameters<typeof job>[0]) => endByJob({ asked_at }, job(state), after(5));
  expect(end('failed')).toEqual({
    state: 'failed',
    problem: 'MongoDB does not answer. Start it.',
  });
  expect(end('cancelled')).toEqual({ state: 'cancelled' });
  // One that succeeded has ended its run itself.
  for (const state of ['queued', 'active', 'waiting', 'succeeded'] as const) {
    expect(end(state)).toBeNull();
  }
});

it('may be without a job for a minute, then it is lost', () => {
  expect(endByJob({ asked_at }, null, after(59))).toBeNull();
  expect(endByJob({ asked_at }, null, after(61))).toMatchObject({ state: 'failed' });
});

it('tells what it waits for: another try, a worker, or others before it', () => {
  const waits = (state: 'queued' | 'active' | 'waiting', standstill: string | null = null) =>
    waitsFor({ state: 'queued' }, job(state), standstill);
  expect(waits('waiting')).toBe('It did not succeed and is tried again: MongoDB does not answer.');
  expect(waits('queued', 'No worker runs.')).toBe('No worker runs.');
  expect(waits('queued')).toBe('Others are before it.');
  expect(waits('active')).toBeNull();
  expect(waitsFor({ state: 'done' }, null, 'No worker runs.')).toBeNull();
});

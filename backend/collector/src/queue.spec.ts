import { expect, test } from 'vitest';
import type { Answer, QueueOptions } from './queue';
import { createQueue } from './queue';
import type { Batch, MeasuredBatch } from './wire';
import { randomNonce } from './wire';

const NOW = 1_700_000_000_000;

const measured = (startedAt = NOW): MeasuredBatch => ({
  nonce: randomNonce(),
  started_at: startedAt,
  keystrokes: [[0, 1, 2]],
  mouseMovements: [],
  clicks: [],
  scrolls: [],
  focus: [],
  touches: [],
});

/** A queue whose server answers by a script, then `accepted`; time is a variable and waits are instant. */
function queueWith(script: Answer[] = [], options: Partial<QueueOptions> = {}) {
  const sent: Batch[] = [];
  const waits: number[] = [];
  const clock = { now: NOW };
  const queue = createQueue({
    send(batch) {
      sent.push(batch);
      return Promise.resolve(script.shift() ?? 'accepted');
    },
    now: () => clock.now,
    sleep(ms) {
      waits.push(ms);
      return Promise.resolve();
    },
    random: () => 1,
    ...options,
  });
  return { queue, sent, waits, clock };
}

test('batches leave in order, numbered without a gap from what the server takes next', async () => {
  const { queue, sent } = queueWith([], { nextSeq: () => 7 });
  for (let n = 0; n < 3; n++) queue.push(measured());
  await queue.idle();
  expect(sent.map(({ seq }) => seq)).toEqual([7, 8, 9]);
  expect(queue.stats()).toMatchObject({ accepted: 3, queued: 0 });
});

test('a batch whose fate is unknown is sent again with its number and nonce; duplicate counts as delivered', async () => {
  const { queue, sent } = queueWith(['retry', 'duplicate']);
  queue.push(measured());
  queue.push(measured());
  await queue.idle();
  expect(sent.map(({ seq }) => seq)).toEqual([0, 0, 1]);
  expect(sent[0]).toEqual(sent[1]);
  expect(queue.stats()).toMatchObject({ accepted: 1, duplicate: 1, queued: 0 });
});

test('the back-off grows until something gets through, and a wait that the server names is kept', async () => {
  const { queue, waits } = queueWith([
    'retry',
    'retry',
    { outcome: 'retry', retryAfterMs: 5000 },
    'accepted',
  ]);
  queue.push(measured());
  await queue.idle();
  expect(waits).toEqual([1000, 2000, 5000]);
});

test('a sender that throws is asked again', async () => {
  let failures = 1;
  const { queue } = queueWith([], {
    send: () => (failures-- > 0 ? Promise.reject(new Error('cut')) : Promise.resolve('accepted')),
  });
  queue.push(measured());
  await queue.idle();
  expect(queue.stats()).toMatchObject({ accepted: 1, queued: 0 });
});

test('a refused batch is reported and given up; the next one goes on', async () => {
  const refusals: string[] = [];
  const { queue } = queueWith([{ outcome: 'refused', detail: 'malformed' }], {
    onRefused: (_batch, detail) => refusals.push(detail),
  });
  queue.push(measured());
  queue.push(measured());
  await queue.idle();
  expect(refusals).toEqual(['malformed']);
  expect(queue.stats()).toMatchObject({ accepted: 1, refused: 1 });
});

test('what is older than ten minutes is given up before it is numbered', async () => {
  const { queue, sent } = queueWith();
  queue.push(measured(NOW - 601_000));
  queue.push(measured());
  await queue.idle();
  expect(sent.map(({ seq, started_at }) => [seq, started_at])).toEqual([[0, NOW]]);
  expect(queue.stats().expired).toBe(1);
});

test('what grows too old while it waits for the connection is given up', async () => {
  const { queue, clock } = queueWith(['retry'], {
    sleep() {
      clock.now += 700_000;
      return Promise.resolve();
    },
  });
  queue.push(measured());
  await queue.idle();
  expect(queue.stats()).toMatchObject({ expired: 1, accepted: 0, queued: 0 });
});

test('the queue is bounded: the oldest batch goes first', async () => {
  const { queue, sent } = queueWith([], { capacity: 2 });
  for (let n = 0; n < 5; n++) queue.push(measured(NOW + n));
  await queue.idle();
  // The first is on its way already; of the rest the two newest are kept.
  expect(sent.map(({ started_at }) => started_at - NOW)).toEqual([0, 3, 4]);
  expect(queue.stats().expired).toBe(2);
});

test('ten batches a second at most', async () => {
  const { queue, waits } = queueWith();
  for (let n = 0; n < 4; n++) queue.push(measured());
  await queue.idle();
  expect(waits).toEqual([100, 100, 100]);
});

test('waking ends the wait at once', async () => {
  const { queue } = queueWith(['retry'], { sleep: undefined, random: () => 1 });
  queue.push(measured());
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(queue.stats().queued).toBe(1);
  queue.wake();
  await queue.idle();
  expect(queue.stats().accepted).toBe(1);
});

test('a stopped queue sends nothing more and lets nobody wait', async () => {
  const { queue, sent } = queueWith(['retry'], { sleep: undefined });
  queue.push(measured());
  queue.push(measured());
  const idle = queue.idle();
  await new Promise((resolve) => setTimeout(resolve, 5));
  queue.stop();
  queue.push(measured());
  await idle;
  expect(sent).toHaveLength(1);
});

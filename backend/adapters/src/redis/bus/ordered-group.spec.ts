// Ordered groups on a real Redis: once, in order, one worker at a time, effects and acknowledgement in one step.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { finding, until } from '../testing';
import { Group } from './group';
import { freshRedis, GROUP, seqs, STREAM, upTo, type Finding } from './spec-bus';

const { test, redis, deadLetters, takeAndDie, pendingOf } = freshRedis();

/** A lease that a stall of the machine does not cost. */
const leaseMs = 10_000;

describe('an ordered group', () => {
  it('handles every message once and in order, from the first one on, in batches', async () => {
    const bus = test().bus({ batchSize: 100, leaseMs });
    await Promise.all(upTo(1_000).map((seq) => bus.publish(STREAM, finding(seq))));
    const seen: Finding[] = [];
    let batches = 0;
    const worker = bus.consume({
      stream: STREAM,
      group: GROUP,
      ordered: true,
      async handle(messages) {
        batches++;
        seen.push(...messages);
      },
    });
    await until(() => seen.length === 1_000);
    await worker.stop();
    expect(seqs(seen)).toEqual(upTo(1_000));
    expect(batches).toBeLessThanOrEqual(12);
    expect(await pendingOf()).toBe(0);
    const state = (await bus.state()).find(({ stream }) => stream === STREAM);
    expect(state).toEqual({
      stream: STREAM,
      length: 1_000,
      groups: [{ group: GROUP, consumers: 0, pending: 0, lag: 0 }],
    });
  });

  it('commits effects, state and acknowledgement in one step', async () => {
    const bus = test().bus();
    const worker = bus.consume({
      stream: STREAM,
      group: GROUP,
      ordered: true,
      async handle(messages) {
        return {
          publish: messages.map(({ payload }) => ({
            stream: 'stream:dead_letter' as const,
            payload: {
              original_stream: STREAM,
              original_message: payload.batch_seq,
              failed_at: payload.observed_at,
              reason: 'spec',
              error: '',
              group: GROUP,
              attempts: 1,
            },
          })),
          state: [
            { key: 'score:kept', value: 'x' },
            { key: 'score:passing', value: 'y', ttlSeconds: 60 },
            { key: 'score:gone', value: null },
          ],
        };
      },
    });
    await redis().set('score:gone', '1');
    await bus.publish(STREAM, finding(7));
    await until(async () => (await deadLetters()).length === 1);
    await worker.stop();
    expect((await deadLetters())[0]?.original_message).toBe(7);
    expect(await redis().mget('score:kept', 'score:passing', 'score:gone')).toEqual([
      'x',
      'y',
      null,
    ]);
    expect(await redis().ttl('score:kept')).toBe(-1);
    expect(await redis().ttl('score:passing')).toBeGreaterThan(50);
    expect(await pendingOf()).toBe(0);
  });

  it('is worked by one at a time, and the next one goes on where the first one stopped', async () => {
    const bus = test().bus({ batchSize: 10, leaseMs });
    const other = test().bus(
      { batchSize: 10, leaseMs },
      { redis: test().connect(), producerId: 'other' },
    );
    const seen: [string, number][] = [];
    let atWork = 0;
    let mostAtWork = 0;
    const consumer = (name: string) => ({
      stream: STREAM as typeof STREAM,
      group: GROUP,
      ordered: true,
      async handle(messages: Finding[]) {
        mostAtWork = Math.max(mostAtWork, ++atWork);
        await sleep(3);
        for (const { payload } of messages) seen.push([name, payload.batch_seq!]);
        atWork--;
      },
    });
    const first = bus.consume(consumer('first'));
    const publish = (seqs: number[]) =>
      Promise.all(seqs.map((seq) => bus.publish(STREAM, finding(seq))));
    const published = publish(upTo(200));
    await until(() => seen.length > 50);
    const second = other.consume(consumer('second'));
    await sleep(150);
    await first.stop();
    // However far the first one came, these are left for the second.
    await published;
    await publish(upTo(400).slice(200));
    await until(() => seen.length === 400);
    await second.stop();
    expect(mostAtWork).toBe(1);
    expect(seen.map(([, seq]) => seq)).toEqual(upTo(400));
    expect(new Set(seen.map(([name]) => name))).toEqual(new Set(['first', 'second']));
  });

  it('takes over in order what a dead reader had in hand', async () => {
    const bus = test().bus();
    await Promise.all(upTo(20).map((seq) => bus.publish(STREAM, finding(seq))));
    await takeAndDie(7);
    const seen: Finding[] = [];
    const worker = bus.consume({
      stream: STREAM,
      group: GROUP,
      ordered: true,
      async handle(messages) {
        seen.push(...messages);
      },
    });
    await until(() => seen.length === 20);
    await worker.stop();
    expect(seqs(seen)).toEqual(upTo(20));
    // Its predecessor died: any of them may have been in its hands.
    expect(seen.every(({ retry_count }) => retry_count === 1)).toBe(true);
  });

  it('refuses the commit of a worker that lost its lease, whose batch the new holder handles', async () => {
    const bus = test().bus();
    await bus.publish(STREAM, finding(1));
    const lease = `lease:${STREAM}:${GROUP}`;
    const signals: AbortSignal[] = [];
    const handled: string[] = [];
    const worker = bus.consume({
      stream: STREAM,
      group: GROUP,
      ordered: true,
      async handle(_messages, signal) {
        signals.push(signal);
        handled.push(signals.length === 1 ? 'with a lost lease' : 'with the lease');
        if (signals.length === 1) await redis().set(lease, 'somebody else', 'PX', 400);
        return { state: [{ key: `handled:${signals.length}`, value: 'yes' }] };
      },
    });
    await until(() => handled.length === 2);
    await worker.stop();
    expect(await redis().exists('handled:1')).toBe(0);
    expect(await redis().get('handled:2')).toBe('yes');
    expect(signals[0]?.aborted).toBe(true);
    expect(await pendingOf()).toBe(0);
  });
});

describe('a commit whose answer was lost', () => {
  it('counts once when it is made again', async () => {
    const bus = test().bus();
    const id = await bus.publish(STREAM, finding(1));
    const group = new Group(redis(), STREAM, GROUP, 'one', 1_000, undefined);
    await group.create();
    await group.fetch(10);
    const effects = { messages: [{ stream: 'stream:risk' as const, envelope: '{}' }], changes: [] };
    await group.commitMessages([id], effects);
    await group.commitMessages([id], effects);
    expect(await redis().xlen('stream:risk')).toBe(1);
  });
});

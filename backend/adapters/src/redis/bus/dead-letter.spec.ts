// Messages that cannot be handled on a real Redis: retried, buried, or kept while something is away.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Fault } from '@verity/protocol/faults';
import { finding, session, until } from '../testing';
import { freshRedis, GROUP, seqs, STREAM, upTo, type Finding } from './spec-bus';

const { test, redis, deadLetters, takeAndDie, pendingOf } = freshRedis();

const risk = {
  session_id: session,
  user_id: finding(0).user_id,
  risk_score: 10,
  log_odds: -2,
  band: 'low' as const,
  contributions: [],
  model_state: 'ready' as const,
  at: finding(0).observed_at,
  cause: 'batch' as const,
};

describe('a message that cannot be handled', () => {
  const failing = (attempts: Finding[], error: () => Error, handled: Finding[] = []) => ({
    stream: STREAM as typeof STREAM,
    group: GROUP,
    ordered: true,
    async handle(messages: Finding[]) {
      const bad = messages.find(({ payload }) => payload.batch_seq === 3);
      if (bad) {
        attempts.push(bad);
        throw error();
      }
      handled.push(...messages);
    },
  });

  it('is tried four times, then becomes a dead letter, while its neighbours are handled', async () => {
    const bus = test().bus();
    await Promise.all(upTo(6).map((seq) => bus.publish(STREAM, finding(seq))));
    const attempts: Finding[] = [];
    const handled: Finding[] = [];
    const worker = bus.consume(failing(attempts, () => new TypeError(`no ${session}`), handled));
    await until(() => handled.length === 5);
    await worker.stop();
    expect(attempts.map(({ retry_count }) => retry_count)).toEqual([0, 1, 2, 3]);
    expect(seqs(handled)).toEqual([0, 1, 2, 4, 5]);
    const [letter, ...more] = await deadLetters();
    expect(more).toEqual([]);
    expect(letter).toMatchObject({
      original_stream: STREAM,
      original_message: { payload: { batch_seq: 3 } },
      reason: 'handler-failed',
      group: GROUP,
      attempts: 4,
    });
    expect(letter?.error).toMatch(/^TypeError/);
    expect(letter?.error).not.toContain(session);
    expect(await pendingOf()).toBe(0);
  });

  it('is buried with the words of a fault', async () => {
    const bus = test().bus({ retries: 0 });
    await bus.publish(STREAM, finding(3));
    const worker = bus.consume(
      failing([], () => new Fault('not-found', 'There is no such session.')),
    );
    await until(async () => (await deadLetters()).length === 1);
    await worker.stop();
    expect((await deadLetters())[0]).toMatchObject({
      error: 'not-found: There is no such session.',
      attempts: 1,
    });
  });

  it('is buried at once when it does not parse', async () => {
    const bus = test().bus();
    const { commands } = test().redis;
    await commands.xadd(STREAM, '*', 'message', '{"half');
    await commands.xadd(STREAM, '*', 'something', 'else');
    await commands.xadd(STREAM, '*', 'message', JSON.stringify({ stream: STREAM }));
    await bus.publish(STREAM, finding(1));
    const handled: Finding[] = [];
    const worker = bus.consume(failing([], () => new Error(), handled));
    await until(() => handled.length === 1);
    await worker.stop();
    const letters = await deadLetters();
    expect(letters.map(({ reason, attempts }) => [reason, attempts])).toEqual(
      upTo(3).map(() => ['unreadable', 1]),
    );
    expect(letters[0]?.original_message).toEqual({ message: '{"half' });
    expect(letters[1]?.original_message).toEqual({ something: 'else' });
    expect(await pendingOf()).toBe(0);
  });

  it('is buried when every reader of it dies, and only that one', async () => {
    const bus = test().bus();
    await Promise.all(upTo(3).map((seq) => bus.publish(STREAM, finding(seq))));
    await takeAndDie(3);
    const [first] = await redis().xrange(STREAM, '-', '+', 'COUNT', 1);
    await redis().xclaim(STREAM, GROUP, 'dead', 0, first![0], 'RETRYCOUNT', 4, 'JUSTID');
    const handled: Finding[] = [];
    const worker = bus.consume(failing([], () => new Error(), handled));
    await until(() => handled.length === 2);
    await worker.stop();
    expect(seqs(handled)).toEqual([1, 2]);
    expect(await deadLetters()).toMatchObject([{ reason: 'reader-died', attempts: 4 }]);
  });

  it('is not blamed for a part of the platform that is away', async () => {
    const bus = test().bus();
    await bus.publish(STREAM, finding(3));
    const attempts: Finding[] = [];
    const consumer = failing(attempts, () => new Fault('unavailable', 'MongoDB does not answer.'));
    const worker = bus.consume({
      ...consumer,
      handle: (messages) => (attempts.length < 6 ? consumer.handle(messages) : Promise.resolve()),
    });
    await until(async () => attempts.length === 6 && (await pendingOf()) === 0);
    await worker.stop();
    expect(attempts.every(({ retry_count }) => retry_count === 0)).toBe(true);
    expect(await deadLetters()).toEqual([]);
  });

  it('waits when the stream of its effects is full, and is not handled again', async () => {
    const bus = test().bus({ cap: 5 });
    for (const id of upTo(5)) await redis().xadd('stream:risk', `${id + 1}-0`, 'message', 'x');
    let handled = 0;
    const worker = bus.consume({
      stream: STREAM,
      group: GROUP,
      ordered: true,
      async handle() {
        handled++;
        return {
          publish: [{ stream: 'stream:risk', payload: risk }],
          state: [{ key: 'k', value: 'v' }],
        };
      },
    });
    await bus.publish(STREAM, finding(1));
    await until(() => handled === 1);
    await sleep(100);
    expect(await redis().exists('k')).toBe(0);
    await redis().xtrim('stream:risk', 'MAXLEN', 0);
    await until(async () => (await redis().get('k')) === 'v');
    await worker.stop();
    expect(handled).toBe(1);
    expect(await redis().xlen('stream:risk')).toBe(1);
  });
});

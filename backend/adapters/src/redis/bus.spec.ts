// The promises of the bus on a real Redis: nothing lost, in order, once, retried, buried, trimmed with care.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '@verity/protocol/faults';
import type { Delivered } from '@verity/domain/bus/ports';
import type { DeadLetterMessage } from '@verity/protocol/bus/messages';
import { Group } from './bus/group';
import type { Pressure } from './bus/housekeeping';
import { finding, openTestRedis, session, until, type TestRedis } from './testing';

const STREAM = 'stream:findings';
const GROUP = 'group:score';
type Finding = Delivered<typeof STREAM>;

let test: TestRedis;
beforeEach(async () => {
  test = await openTestRedis();
});
afterEach(async () => {
  await test.close();
});

const seqs = (messages: Finding[]): (number | undefined)[] =>
  messages.map(({ payload }) => payload.batch_seq);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

async function deadLetters(): Promise<DeadLetterMessage[]> {
  const entries = await test.redis.commands.xrange('stream:dead_letter', '-', '+');
  return entries.map(([, fields]) => JSON.parse(fields[1]!).payload as DeadLetterMessage);
}

/** A reader that takes messages and dies before it has acknowledged any. */
async function takeAndDie(count: number): Promise<void> {
  const dead = new Group(test.redis.commands, STREAM, GROUP, 'dead', 1_000, undefined);
  await dead.create();
  await dead.fetch(count);
}

const pendingOf = async (): Promise<number> =>
  Number(((await test.redis.commands.xpending(STREAM, GROUP)) as [number])[0]);

describe('publish', () => {
  it('answers with the entry under which the message lies in its stream, in the order of the calls', async () => {
    const bus = test.bus();
    const ids = await Promise.all(upTo(1_200).map((seq) => bus.publish(STREAM, finding(seq))));
    const entries = await test.redis.commands.xrange(STREAM, '-', '+');
    expect(entries.map(([id]) => id)).toEqual(ids);
    const messages = entries.map(([, fields]) => JSON.parse(fields[1]!));
    expect(messages.map(({ payload }) => payload.batch_seq)).toEqual(upTo(1_200));
    expect(messages[0]).toMatchObject({
      stream: STREAM,
      priority: 3,
      retry_count: 0,
      producer_id: 'spec',
    });
  });

  it('refuses a payload that does not fit its stream and stores nothing', async () => {
    const bus = test.bus();
    const wrong = { ...finding(1), cause: 'boredom' } as never;
    await expect(bus.publish(STREAM, wrong)).rejects.toMatchObject({ code: 'invalid-input' });
    expect(await test.redis.commands.xlen(STREAM)).toBe(0);
  });

  it('pushes back at the cap without losing or storing what it refused', async () => {
    const bus = test.bus({ cap: 10 });
    const results = await Promise.allSettled(
      upTo(25).map((seq) => bus.publish(STREAM, finding(seq))),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
    for (const result of results.slice(10)) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'back-pressure' } });
    }
    expect(await test.redis.commands.xlen(STREAM)).toBe(10);
  });
});

describe('an ordered group', () => {
  it('handles every message once and in order, from the first one on, in batches', async () => {
    const bus = test.bus({ batchSize: 100 });
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
    const bus = test.bus();
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
    await test.redis.commands.set('score:gone', '1');
    await bus.publish(STREAM, finding(7));
    await until(async () => (await deadLetters()).length === 1);
    await worker.stop();
    expect((await deadLetters())[0]?.original_message).toBe(7);
    expect(await test.redis.commands.mget('score:kept', 'score:passing', 'score:gone')).toEqual([
      'x',
      'y',
      null,
    ]);
    expect(await test.redis.commands.ttl('score:kept')).toBe(-1);
    expect(await test.redis.commands.ttl('score:passing')).toBeGreaterThan(50);
    expect(await pendingOf()).toBe(0);
  });

  it('is worked by one at a time, and the next one goes on where the first one stopped', async () => {
    const bus = test.bus({ batchSize: 10 });
    const other = test.bus({ batchSize: 10 }, { redis: test.connect(), producerId: 'other' });
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
    const bus = test.bus();
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
    const bus = test.bus();
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
        if (signals.length === 1) await test.redis.commands.set(lease, 'somebody else', 'PX', 400);
        return { state: [{ key: `handled:${signals.length}`, value: 'yes' }] };
      },
    });
    await until(() => handled.length === 2);
    await worker.stop();
    expect(await test.redis.commands.exists('handled:1')).toBe(0);
    expect(await test.redis.commands.get('handled:2')).toBe('yes');
    expect(signals[0]?.aborted).toBe(true);
    expect(await pendingOf()).toBe(0);
  });
});

describe('a group without order', () => {
  it('shares its messages among any number of workers, each handled once', async () => {
    const bus = test.bus({ batchSize: 20 });
    const seen = new Map<number, number>();
    const busy = new Set<number>();
    const workers = upTo(3).map((name) =>
      bus.consume({
        stream: STREAM,
        group: GROUP,
        ordered: false,
        async handle(messages) {
          busy.add(name);
          await sleep(2);
          for (const { payload } of messages) {
            seen.set(payload.batch_seq!, (seen.get(payload.batch_seq!) ?? 0) + 1);
          }
        },
      }),
    );
    await Promise.all(upTo(600).map((seq) => bus.publish(STREAM, finding(seq))));
    await until(async () => seen.size === 600 && (await pendingOf()) === 0);
    await Promise.all(workers.map((worker) => worker.stop()));
    expect([...seen.values()].every((times) => times === 1)).toBe(true);
    expect(busy.size).toBeGreaterThan(1);
  });

  it('claims what a dead consumer left pending once it was silent for long enough', async () => {
    const bus = test.bus({ minIdleMs: 200 });
    await Promise.all(upTo(10).map((seq) => bus.publish(STREAM, finding(seq))));
    await takeAndDie(4);
    const seen: Finding[] = [];
    const worker = bus.consume({
      stream: STREAM,
      group: GROUP,
      ordered: false,
      async handle(messages) {
        seen.push(...messages);
      },
    });
    await until(() => seen.length === 10);
    await worker.stop();
    expect(seqs(seen).slice(0, 6)).toEqual([4, 5, 6, 7, 8, 9]);
    expect(seqs(seen).slice(6)).toEqual([0, 1, 2, 3]);
    expect(await pendingOf()).toBe(0);
  });

  it('leaves a slow handler its messages for as long as it is at work', async () => {
    const bus = test.bus({ minIdleMs: 120 });
    let handled = 0;
    const consumer = {
      stream: STREAM as typeof STREAM,
      group: GROUP,
      ordered: false,
      async handle() {
        handled++;
        await sleep(600);
      },
    };
    await bus.publish(STREAM, finding(1));
    const workers = [bus.consume(consumer), bus.consume(consumer)];
    await until(() => handled > 0);
    await sleep(700);
    await Promise.all(workers.map((worker) => worker.stop()));
    expect(handled).toBe(1);
    expect(await pendingOf()).toBe(0);
  });
});

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
    const bus = test.bus();
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
    const bus = test.bus({ retries: 0 });
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
    const bus = test.bus();
    const { commands } = test.redis;
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
    const bus = test.bus();
    await Promise.all(upTo(3).map((seq) => bus.publish(STREAM, finding(seq))));
    await takeAndDie(3);
    const [first] = await test.redis.commands.xrange(STREAM, '-', '+', 'COUNT', 1);
    await test.redis.commands.xclaim(
      STREAM,
      GROUP,
      'dead',
      0,
      first![0],
      'RETRYCOUNT',
      4,
      'JUSTID',
    );
    const handled: Finding[] = [];
    const worker = bus.consume(failing([], () => new Error(), handled));
    await until(() => handled.length === 2);
    await worker.stop();
    expect(seqs(handled)).toEqual([1, 2]);
    expect(await deadLetters()).toMatchObject([{ reason: 'reader-died', attempts: 4 }]);
  });

  it('is not blamed for a part of the platform that is away', async () => {
    const bus = test.bus();
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
    const bus = test.bus({ cap: 5 });
    for (const id of upTo(5))
      await test.redis.commands.xadd('stream:risk', `${id + 1}-0`, 'message', 'x');
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
    expect(await test.redis.commands.exists('k')).toBe(0);
    await test.redis.commands.xtrim('stream:risk', 'MAXLEN', 0);
    await until(async () => (await test.redis.commands.get('k')) === 'v');
    await worker.stop();
    expect(handled).toBe(1);
    expect(await test.redis.commands.xlen('stream:risk')).toBe(1);
  });
});

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

describe('a commit whose answer was lost', () => {
  it('counts once when it is made again', async () => {
    const bus = test.bus();
    const id = await bus.publish(STREAM, finding(1));
    const group = new Group(test.redis.commands, STREAM, GROUP, 'one', 1_000, undefined);
    await group.create();
    await group.fetch(10);
    const effects = { messages: [{ stream: 'stream:risk' as const, envelope: '{}' }], changes: [] };
    await group.commitMessages([id], effects);
    await group.commitMessages([id], effects);
    expect(await test.redis.commands.xlen('stream:risk')).toBe(1);
  });
});

describe('a tail', () => {
  it('gets every message from now on, also those that came while its connection was cut', async () => {
    const bus = test.bus();
    await bus.publish(STREAM, finding(0));
    const seen: Finding[] = [];
    const tail = bus.tail(STREAM, 'now', (messages) => seen.push(...messages));
    await sleep(100);
    await bus.publish(STREAM, finding(1));
    await until(() => seen.length === 1);
    const clients = (await test.redis.commands.client('LIST')) as string;
    const line = clients.split('\n').find((client) => client.includes(`spec:tail@${STREAM}`));
    await test.redis.commands.client('KILL', 'ID', Number(/^id=(\d+)/.exec(line!)![1]));
    await bus.publish(STREAM, finding(2));
    await until(() => seen.length === 2);
    await tail.stop();
    expect(seqs(seen)).toEqual([1, 2]);
  });

  it('gets what it missed after the id that it names', async () => {
    const bus = test.bus();
    const [, second] = await Promise.all(upTo(5).map((seq) => bus.publish(STREAM, finding(seq))));
    const seen: Finding[] = [];
    const tail = bus.tail(STREAM, second!, (messages) => seen.push(...messages));
    await until(() => seen.length === 3);
    await tail.stop();
    expect(seqs(seen)).toEqual([2, 3, 4]);
  });
});

describe('the newest entries', () => {
  it('come oldest first, with the id of the one before them', async () => {
    const bus = test.bus();
    const all = { agoMs: 60_000, limit: 10_000 };
    expect(await bus.recent(STREAM, all)).toEqual({ before: '0-0', messages: [] });
    const ids = await Promise.all(upTo(2_500).map((seq) => bus.publish(STREAM, finding(seq))));
    const whole = await bus.recent(STREAM, all);
    expect(whole.before).toBe('0-0');
    expect(seqs(whole.messages)).toEqual(upTo(2_500));
    const some = await bus.recent(STREAM, { ...all, limit: 1_200 });
    expect(some.before).toBe(ids[1_299]);
    expect(seqs(some.messages)[0]).toBe(1_300);
    const none = await bus.recent(STREAM, { ...all, agoMs: -60_000 });
    expect(none).toEqual({ before: ids.at(-1), messages: [] });
  });

  it('name what was trimmed away as missing', async () => {
    const bus = test.bus();
    const ids = await Promise.all(upTo(20).map((seq) => bus.publish(STREAM, finding(seq))));
    await test.redis.commands.xtrim(STREAM, 'MAXLEN', 5);
    const { before, messages } = await bus.recent(STREAM, { agoMs: 60_000, limit: 100 });
    expect(messages).toHaveLength(5);
    expect(before >= ids[14]!).toBe(true);
    await test.redis.commands.xtrim(STREAM, 'MAXLEN', 0);
    expect(await bus.recent(STREAM, { agoMs: 60_000, limit: 100 })).toEqual({
      before: ids.at(-1),
      messages: [],
    });
  });
});

describe('housekeeping', () => {
  it('trims to the retention, and never what a group has not acknowledged', async () => {
    const bus = test.bus({ retention: 100, housekeepingMs: 20, batchSize: 50 });
    // The slow group has acknowledged nothing and has taken ten.
    await takeAndDie(0);
    await test.redis.commands.xgroup('CREATE', STREAM, 'group:slow', '0');
    const slow = new Group(test.redis.commands, STREAM, 'group:slow', 'slow', 1e6, undefined);
    const ids = await Promise.all(upTo(1_000).map((seq) => bus.publish(STREAM, finding(seq))));
    await slow.fetch(10);
    const worker = bus.consume({ stream: STREAM, group: GROUP, ordered: true, async handle() {} });
    await until(
      async () => (await bus.state()).find((s) => s.stream === STREAM)!.groups[0]!.lag === 0,
    );
    await sleep(150);
    expect(await test.redis.commands.xlen(STREAM)).toBe(1_000);
    await slow.commitMessages(ids.slice(0, 10), { messages: [], changes: [] });
    const { entries } = await slow.fetch(600);
    await slow.commitMessages(
      entries.map(([id]) => id),
      { messages: [], changes: [] },
    );
    await until(async () => (await test.redis.commands.xlen(STREAM)) < 600);
    // The next message of the slow group is still there.
    expect((await slow.fetch(1)).entries[0]?.[0]).toBe(ids[610]);
    await slow.commitMessages([ids[610]!], { messages: [], changes: [] });
    const rest = await slow.fetch(1_000);
    await slow.commitMessages(
      rest.entries.map(([id]) => id),
      { messages: [], changes: [] },
    );
    await until(async () => (await test.redis.commands.xlen(STREAM)) < 300);
    expect(await test.redis.commands.xlen(STREAM)).toBeGreaterThanOrEqual(100);
    await worker.stop();
  });

  it('raises the alarm once when a stream nears its cap, names the group, and says when it is over', async () => {
    const alarms: Pressure[] = [];
    const bus = test.bus(
      { cap: 100, retention: 10, housekeepingMs: 20 },
      { onPressure: (pressure) => alarms.push(pressure) },
    );
    await test.redis.commands.xgroup('CREATE', STREAM, GROUP, '0', 'MKSTREAM');
    await Promise.all(upTo(90).map((seq) => bus.publish(STREAM, finding(seq))));
    await until(() => alarms.length === 1);
    await sleep(80);
    expect(alarms).toMatchObject([
      { stream: STREAM, length: 90, cap: 100, slowestGroup: GROUP, relieved: false },
    ]);
    await test.redis.commands.xtrim(STREAM, 'MAXLEN', 0);
    await until(() => alarms.length === 2);
    expect(alarms[1]).toMatchObject({ stream: STREAM, relieved: true });
  });
});

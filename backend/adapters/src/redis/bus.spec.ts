// Publishing on a real Redis: durable, in order, refused when it does not fit or there is no room; and what was published last.
import { describe, expect, it } from 'vitest';
import { finding } from './testing';
import { freshRedis, seqs, STREAM, upTo } from './bus/spec-bus';

const { test, redis } = freshRedis();

describe('publish', () => {
  it('answers with the entry under which the message lies in its stream, in the order of the calls', async () => {
    const bus = test().bus();
    const ids = await Promise.all(upTo(1_200).map((seq) => bus.publish(STREAM, finding(seq))));
    const entries = await redis().xrange(STREAM, '-', '+');
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
    const bus = test().bus();
    const wrong = { ...finding(1), cause: 'boredom' } as never;
    await expect(bus.publish(STREAM, wrong)).rejects.toMatchObject({ code: 'invalid-input' });
    expect(await redis().xlen(STREAM)).toBe(0);
  });

  it('pushes back at the cap without losing or storing what it refused', async () => {
    const bus = test().bus({ cap: 10 });
    const results = await Promise.allSettled(
      upTo(25).map((seq) => bus.publish(STREAM, finding(seq))),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
    for (const result of results.slice(10)) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'back-pressure' } });
    }
    expect(await redis().xlen(STREAM)).toBe(10);
  });
});

describe('the newest entries', () => {
  it('come oldest first, with the id of the one before them', async () => {
    const bus = test().bus();
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
    const bus = test().bus();
    const ids = await Promise.all(upTo(20).map((seq) => bus.publish(STREAM, finding(seq))));
    await redis().xtrim(STREAM, 'MAXLEN', 5);
    const { before, messages } = await bus.recent(STREAM, { agoMs: 60_000, limit: 100 });
    expect(messages).toHaveLength(5);
    expect(before >= ids[14]!).toBe(true);
    await redis().xtrim(STREAM, 'MAXLEN', 0);
    expect(await bus.recent(STREAM, { agoMs: 60_000, limit: 100 })).toEqual({
      before: ids.at(-1),
      messages: [],
    });
  });
});

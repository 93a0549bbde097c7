// Housekeeping on a real Redis: trimmed with care, and an alarm in time.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { finding, until } from '../testing';
import { Group } from './group';
import type { Pressure } from './housekeeping';
import { freshRedis, GROUP, STREAM, upTo } from './spec-bus';

const { test, redis, takeAndDie } = freshRedis();

describe('housekeeping', () => {
  it('trims to the retention, and never what a group has not acknowledged', async () => {
    const bus = test().bus({ retention: 100, housekeepingMs: 20, batchSize: 50 });
    // The slow group has acknowledged nothing and has taken ten.
    await takeAndDie(0);
    await redis().xgroup('CREATE', STREAM, 'group:slow', '0');
    const slow = new Group(redis(), STREAM, 'group:slow', 'slow', 1e6, undefined);
    const ids = await Promise.all(upTo(1_000).map((seq) => bus.publish(STREAM, finding(seq))));
    await slow.fetch(10);
    const worker = bus.consume({ stream: STREAM, group: GROUP, ordered: true, async handle() {} });
    await until(
      async () => (await bus.state()).find((s) => s.stream === STREAM)!.groups[0]!.lag === 0,
    );
    await sleep(150);
    expect(await redis().xlen(STREAM)).toBe(1_000);
    await slow.commitMessages(ids.slice(0, 10), { messages: [], changes: [] });
    const { entries } = await slow.fetch(600);
    await slow.commitMessages(
      entries.map(([id]) => id),
      { messages: [], changes: [] },
    );
    await until(async () => (await redis().xlen(STREAM)) < 600);
    // The next message of the slow group is still there.
    expect((await slow.fetch(1)).entries[0]?.[0]).toBe(ids[610]);
    await slow.commitMessages([ids[610]!], { messages: [], changes: [] });
    const rest = await slow.fetch(1_000);
    await slow.commitMessages(
      rest.entries.map(([id]) => id),
      { messages: [], changes: [] },
    );
    await until(async () => (await redis().xlen(STREAM)) < 300);
    expect(await redis().xlen(STREAM)).toBeGreaterThanOrEqual(100);
    await worker.stop();
  });

  it('raises the alarm once when a stream nears its cap, names the group, and says when it is over', async () => {
    const alarms: Pressure[] = [];
    const bus = test().bus(
      { cap: 100, retention: 10, housekeepingMs: 20 },
      { onPressure: (pressure) => alarms.push(pressure) },
    );
    await redis().xgroup('CREATE', STREAM, GROUP, '0', 'MKSTREAM');
    await Promise.all(upTo(90).map((seq) => bus.publish(STREAM, finding(seq))));
    await until(() => alarms.length === 1);
    await sleep(80);
    expect(alarms).toMatchObject([
      { stream: STREAM, length: 90, cap: 100, slowestGroup: GROUP, relieved: false },
    ]);
    await redis().xtrim(STREAM, 'MAXLEN', 0);
    await until(() => alarms.length === 2);
    expect(alarms[1]).toMatchObject({ stream: STREAM, relieved: true });
  });
});

// Groups without order on a real Redis: shared among workers, claimed from the dead, left to the slow.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { finding, until } from '../testing';
import { freshRedis, GROUP, seqs, STREAM, upTo, type Finding } from './spec-bus';

const { test, takeAndDie, pendingOf } = freshRedis();

describe('a group without order', () => {
  it('shares its messages among any number of workers, each handled once', async () => {
    const bus = test().bus({ batchSize: 20 });
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
    const bus = test().bus({ minIdleMs: 200 });
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
    const bus = test().bus({ minIdleMs: 120 });
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

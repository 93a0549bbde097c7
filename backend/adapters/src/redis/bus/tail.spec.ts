// Tails on a real Redis: everything from a place on, also what came while the connection was cut.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { finding, until } from '../testing';
import { freshRedis, seqs, STREAM, upTo, type Finding } from './spec-bus';

const { test, redis } = freshRedis();

describe('a tail', () => {
  it('gets every message from now on, also those that came while its connection was cut', async () => {
    const bus = test().bus();
    await bus.publish(STREAM, finding(0));
    const seen: Finding[] = [];
    const tail = bus.tail(STREAM, 'now', (messages) => seen.push(...messages));
    await sleep(100);
    await bus.publish(STREAM, finding(1));
    await until(() => seen.length === 1);
    const clients = (await redis().client('LIST')) as string;
    const line = clients.split('\n').find((client) => client.includes(`spec:tail@${STREAM}`));
    await redis().client('KILL', 'ID', Number(/^id=(\d+)/.exec(line!)![1]));
    await bus.publish(STREAM, finding(2));
    await until(() => seen.length === 2);
    await tail.stop();
    expect(seqs(seen)).toEqual([1, 2]);
  });

  it('gets what it missed after the id that it names', async () => {
    const bus = test().bus();
    const [, second] = await Promise.all(upTo(5).map((seq) => bus.publish(STREAM, finding(seq))));
    const seen: Finding[] = [];
    const tail = bus.tail(STREAM, second!, (messages) => seen.push(...messages));
    await until(() => seen.length === 3);
    await tail.stop();
    expect(seqs(seen)).toEqual([2, 3, 4]);
  });
});

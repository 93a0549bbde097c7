// For specs of the bus: one stream and one group on a real Redis, fresh for each test, and a reader that dies.
import { afterEach, beforeEach } from 'vitest';
import type { Delivered } from '@verity/domain/bus/ports';
import type { DeadLetterMessage } from '@verity/protocol/bus/messages';
import { openTestRedis, type TestRedis } from '../testing';
import { Group } from './group';

export const STREAM = 'stream:findings';
export const GROUP = 'group:score';
export type Finding = Delivered<typeof STREAM>;

export const seqs = (messages: Finding[]): (number | undefined)[] =>
  messages.map(({ payload }) => payload.batch_seq);
export const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** The Redis of the test that runs, asked late: it is opened before each. */
export function freshRedis() {
  let test: TestRedis;
  beforeEach(async () => {
    test = await openTestRedis();
  });
  afterEach(async () => {
    await test.close();
  });
  const redis = () => test.redis.commands;
  return {
    test: () => test,
    redis,
    async deadLetters(): Promise<DeadLetterMessage[]> {
      const entries = await redis().xrange('stream:dead_letter', '-', '+');
      return entries.map(
        ([, fields]) => (JSON.parse(fields[1]!) as { payload: DeadLetterMessage }).payload,
      );
    },
    /** A reader that takes messages and dies before it has acknowledged any. */
    async takeAndDie(count: number): Promise<void> {
      const dead = new Group(redis(), STREAM, GROUP, 'dead', 1_000, undefined);
      await dead.create();
      await dead.fetch(count);
    },
    pendingOf: async (): Promise<number> =>
      Number(((await redis().xpending(STREAM, GROUP)) as [number])[0]),
  };
}

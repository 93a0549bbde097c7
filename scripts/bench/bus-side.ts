// One side of the bus bench in its own process: a producer or a consumer, by our bus or by awaiting each command.
import { connectRedis } from '@verity/adapters/redis/connect';
import { createBus } from '@verity/adapters/redis/bus';
import { newId, systemClock } from '@verity/adapters/world';
import type { SessionId, UserId } from '@verity/protocol/ids';
import type { FindingMessage } from '@verity/protocol/risk/messages';
import type { StreamName } from '@verity/protocol/streams';
import { cpuSeconds, nowMs, runSide } from './measure';

export interface SideTask {
  role: 'produce' | 'consume';
  way: 'bus' | 'await-each';
  url: string;
  events: number;
}

export interface SideResult {
  /** When the first event was sent, or the last one acknowledged; epoch milliseconds. */
  atMs: number;
  cpuSeconds: number;
}

const STREAM = 'stream:findings' satisfies StreamName;
const GROUP = 'group:bench';
/** Callers that publish at once, each awaiting its own message before the next one. */
const CALLERS = 2_000;

await runSide<SideTask, SideResult>(async ({ role, way, url, events }) => {
  const log = { info: () => undefined, warn: console.error, error: console.error };
  const redis = connectRedis({ url, name: 'bench', log });
  await redis.ready();
  const session = newId<SessionId>();
  const user = newId<UserId>();
  const observedAt = systemClock().toISOString();
  const finding = (seq: number): FindingMessage => ({
    session_id: session,
    user_id: user,
    observed_at: observedAt,
    cause: 'batch',
    observations: [
      { source: 'keystroke', value: 'typing rhythm unlike yours', weight: 1.25, mode: 'add' },
    ],
    model_state: 'ready',
    batch_seq: seq,
  });
  const open = () =>
    createBus({ redis, log, clock: systemClock, newId, producerId: `bench:${process.pid}` });

  const runs: Record<SideTask['way'], Record<SideTask['role'], () => Promise<number>>> = {
    bus: {
      async produce() {
        const bus = open();
        const atMs = nowMs();
        let sent = 0;
        const call = async (): Promise<void> => {
          while (sent < events) await bus.publish(STREAM, finding(++sent));
        };
        await Promise.all(Array.from({ length: CALLERS }, call));
        await bus.close();
        return atMs;
      },
      async consume() {
        const bus = open();
        let handled = 0;
        await new Promise<void>((done) => {
          const subscription = bus.consume({
            stream: STREAM,
            group: GROUP,
            ordered: true,
            async handle(messages) {
              handled += messages.length;
              // Stopping waits until this batch is acknowledged.
              if (handled >= events) void subscription.stop().then(done);
            },
          });
        });
        const atMs = nowMs();
        await bus.close();
        return atMs;
      },
    },
    'await-each': {
      async produce() {
        const atMs = nowMs();
        for (let sent = 1; sent <= events; sent++) {
          const message = {
            message_id: newId(),
            stream: STREAM,
            payload: finding(sent),
            priority: 3,
            timestamp: new Date().toISOString(),
            producer_id: `bench:${process.pid}`,
            retry_count: 0,
          };
          await redis.commands.xadd(STREAM, '*', 'message', JSON.stringify(message));
        }
        return atMs;
      },
      async consume() {
        const { commands } = redis;
        await commands.xgroup('CREATE', STREAM, GROUP, '0', 'MKSTREAM');
        for (let handled = 0; handled < events;) {
          const reply = (await commands.xreadgroup(
            ...([
              'GROUP',
              GROUP,
              'one',
              'COUNT',
              1,
              'BLOCK',
              1_000,
              'STREAMS',
              STREAM,
              '>',
            ] as const),
          )) as [string, [string, string[]][]][] | null;
          for (const [id, fields] of reply?.[0]?.[1] ?? []) {
            JSON.parse(fields[1]!);
            await commands.xack(STREAM, GROUP, id);
            handled++;
          }
        }
        return nowMs();
      },
    },
  };

  return async () => {
    const before = cpuSeconds();
    const atMs = await runs[way][role]();
    redis.close();
    return { atMs, cpuSeconds: cpuSeconds() - before };
  };
});

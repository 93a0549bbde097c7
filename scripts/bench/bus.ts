// Events a second through publish -> group -> handler -> acknowledge: our bus beside awaiting each command.
import type { SideResult, SideTask } from './bus-side';
import {
  countOption,
  median,
  range,
  startPrivateRedis,
  startSide,
  type Bench,
  type PrivateRedis,
} from './measure';

const SIDE = 'scripts/bench/bus-side.ts';
/** Events of a run by awaiting each: as many as last about as long as a run of the bus. */
const AWAIT_EACH_SHARE = 1 / 40;

interface Run {
  perSecond: number;
  /** Microseconds of CPU that an event costs. */
  cpu: { producer: number; consumer: number; redis: number };
}

async function run(redis: PrivateRedis, way: SideTask['way'], events: number): Promise<Run> {
  await redis.client.flushall();
  const task = { way, url: redis.url, events };
  const [producer, consumer] = await Promise.all([
    startSide<SideResult>(SIDE, { ...task, role: 'produce' } satisfies SideTask),
    startSide<SideResult>(SIDE, { ...task, role: 'consume' } satisfies SideTask),
  ]);
  const before = await redis.cpuSeconds();
  const consumed = consumer.go();
  const [sent, acknowledged] = await Promise.all([producer.go(), consumed]);
  const used = (await redis.cpuSeconds()) - before;
  const each = (seconds: number): number => Math.round((seconds / events) * 1e8) / 100;
  return {
    perSecond: Math.round((events / (acknowledged.atMs - sent.atMs)) * 1000),
    cpu: {
      producer: each(sent.cpuSeconds),
      consumer: each(acknowledged.cpuSeconds),
      redis: each(used),
    },
  };
}

export const bench: Bench = async (options, say) => {
  const runs = countOption(options, 'runs', 5);
  const events = countOption(options, 'events', 200_000, 1_000);
  const figures: Record<string, unknown> = {};
  let version = '';
  for (const appendfsync of ['always', 'everysec'] as const) {
    const redis = await startPrivateRedis(appendfsync);
    version = redis.version;
    try {
      const ours: Run[] = [];
      const peers: Run[] = [];
      const one = async (way: SideTask['way'], into: Run[], count: number): Promise<void> => {
        const result = await run(redis, way, count);
        into.push(result);
        say(`appendfsync ${appendfsync}, ${way}: ${result.perSecond} events/s`);
      };
      for (let index = 0; index < runs; index++) {
        const order = [
          () => one('bus', ours, events),
          () => one('await-each', peers, Math.ceil(events * AWAIT_EACH_SHARE)),
        ];
        for (const step of index % 2 ? order.reverse() : order) await step();
      }
      const eventsPerSecond = median(ours.map(({ perSecond }) => perSecond));
      const awaitEachPerSecond = median(peers.map(({ perSecond }) => perSecond));
      const cpu = (of: Run[], part: keyof Run['cpu']): number =>
        median(of.map((run) => run.cpu[part]));
      const cost = (of: Run[]) => ({
        producer: cpu(of, 'producer'),
        consumer: cpu(of, 'consumer'),
        redis: cpu(of, 'redis'),
      });
      const keys = {
        eventsPerSecond,
        eventsPerSecondRange: range(ours.map(({ perSecond }) => perSecond)),
        awaitEachPerSecond,
        awaitEachPerSecondRange: range(peers.map(({ perSecond }) => perSecond)),
        ratio: Math.round((eventsPerSecond / awaitEachPerSecond) * 100) / 100,
        cpuMicrosecondsPerEvent: cost(ours),
        awaitEachCpuMicrosecondsPerEvent: cost(peers),
      };
      if (appendfsync === 'always') Object.assign(figures, keys);
      else figures.everysec = keys;
    } finally {
      await redis.stop();
    }
  }
  return { runs, events, appendfsync: 'always', redis: version, ...figures };
};

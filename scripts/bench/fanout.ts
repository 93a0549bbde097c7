// Fan-out: memory of an open socket, events a CPU-second beside stock Socket.IO, and what is lost across a cut.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundle } from '../bundle.mjs';
import { acrossCut } from './fanout-cut';
import { openCounting, type CountingSocket } from './fanout-clients';
import { updatesOfTick } from './fanout-updates';
import { countOption, median, Misfit, range, startPrivateRedis, type Bench } from './measure';
import { residentBytes, startBenchPlatform, type BenchPlatform } from './socket-platform';

/** Screens that follow every session. */
const CLIENTS = 2_000;
const PER_SECOND = 30;
/** Sessions with a new score at each tick: what a screen shows. */
const SESSIONS = 10;
const SECONDS = 6;
/** Until garbage of the handshakes has been collected, as far as it will be. */
const SETTLE_MS = 5_000;

interface Rate {
  perCpuSecond: number;
  perSecond: number;
  /** Of what was offered: less than 1 where scores were replaced by newer ones before they went out. */
  delivered: number;
}

export const bench: Bench = async (options, say) => {
  const sockets = countOption(options, 'sockets', 10_000);
  const runs = countOption(options, 'runs', 5);
  const cutSeconds = countOption(options, 'seconds', 30);
  demandFiles(sockets + 500);
  const redis = await startPrivateRedis('everysec');
  const stops: (() => Promise<unknown> | void)[] = [() => redis.stop()];
  try {
    const bare = await startPeer({});
    stops.push(() => bare.disconnect());
    say(`opening ${sockets} sockets of a bare Socket.IO server`);
    const bareMemory = await memoryOf(bare.pid, [bare.port], nobodies(sockets));
    bare.disconnect();

    say('starting Redis, MongoDB, two http and one pipeline process');
    const world = await startBenchPlatform(2, { REDIS_APPENDFSYNC: 'everysec' });
    stops.push(() => world.stop());
    const [first, second] = world.ports as [number, number];
    const crowd = await admitted(world, sockets, 'user');
    say(`opening ${sockets} authenticated sockets`);
    const memory = await memoryOf(world.pid('server'), [first], crowd);
    say(
      `${memory.connected} open: ${memory.bytesPerSocket} bytes each, bare ${bareMemory.bytesPerSocket}`,
    );

    const admins = await admitted(world, CLIENTS, 'admin');
    const screens = await openCounting([first], admins);
    for (const screen of screens) screen.send('420["join_admin_room",{}]');
    const stock = await startPeer({ redisUrl: redis.url });
    stops.push(() => stock.disconnect());
    const stockScreens = await openCounting([stock.port], nobodies(CLIENTS));
    await sleep(3_000);

    const measureOurs = (updates: number): Promise<Rate> =>
      rateOf(screens, updates, async (begin) => {
        const before = world.cpu().server ?? 0;
        await begin(async (update) =>
          world.bus.publish('stream:risk', { ...update, cause: 'batch' }),
        );
        const cpuSeconds = (world.cpu().server ?? 0) - before;
        return { cpuSeconds, sent: SECONDS * PER_SECOND * updates };
      });
    const measureStock = (updates: number): Promise<Rate> =>
      rateOf(stockScreens, updates, async () => {
        stock.child.send({ updates, seconds: SECONDS });
        const [cost] = (await once(stock.child, 'message')) as [Cost];
        return cost;
      });
    await measureOurs(SESSIONS);
    await measureStock(1);

    const ours: number[] = [];
    const peers: number[] = [];
    const rates: Rate[] = [];
    for (let run = 0; run < runs; run++) {
      const turns = [
        async () => {
          const rate = await measureOurs(SESSIONS);
          rates.push(rate);
          ours.push(rate.perCpuSecond);
        },
        async () => {
          peers.push((await measureStock(SESSIONS)).perCpuSecond);
        },
      ];
      for (const turn of run % 2 === 0 ? turns : turns.reverse()) await turn();
      say(`run ${run + 1}: ${ours.at(-1)} events a CPU-second, stock ${peers.at(-1)}`);
    }
    const single = await measureOurs(1);
    const stockSingle = await measureStock(1);
    for (const screen of [...screens, ...stockScreens]) screen.close();

    say(`cutting ${CLIENTS} clients off for ${cutSeconds} s; they come back to the other process`);
    const cut = await acrossCut(world, { from: first, to: second, auths: admins, cutSeconds });
    say(`lost ${cut.lost} of ${cut.expected}`);
    return {
      sockets,
      connected: memory.connected,
      bytesPerSocket: memory.bytesPerSocket,
      bareBytesPerSocket: bareMemory.bytesPerSocket,
      clients: CLIENTS,
      updatesPerTick: SESSIONS,
      ticksPerSecond: PER_SECOND,
      eventsPerCpuSecond: median(ours),
      eventsRange: range(ours),
      deliveredShare: Math.min(...rates.map(({ delivered }) => delivered)),
      eventsPerSecond: median(rates.map(({ perSecond }) => perSecond)),
      stockEventsPerCpuSecond: median(peers),
      stockEventsRange: range(peers),
      ratio: Math.round((median(ours) / median(peers)) * 100) / 100,
      oneUpdatePerTick: {
        eventsPerCpuSecond: single.perCpuSecond,
        stockEventsPerCpuSecond: stockSingle.perCpuSecond,
        ratio: Math.round((single.perCpuSecond / stockSingle.perCpuSecond) * 100) / 100,
      },
      lostAcrossCut: cut.lost,
      expectedAcrossCut: cut.expected,
      cutSeconds,
      runs,
      stock: `socket.io ${versionOf('socket.io')}, @socket.io/redis-adapter ${versionOf('@socket.io/redis-adapter')}`,
      redis: redis.version,
    };
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
};

/** Events that really came to the clients, by the CPU-seconds that the server needed for them. */
async function rateOf(
  screens: CountingSocket[],
  updates: number,
  work: (begin: (publish: Publish) => Promise<void>) => Promise<Cost>,
): Promise<Rate> {
  const came = (): number => screens.reduce((sum, { events }) => sum + events, 0);
  const before = came();
  const started = performance.now();
  const { cpuSeconds, sent } = await work((publish) => paced(updates, publish));
  const events = came() - before;
  return {
    perCpuSecond: Math.round(events / cpuSeconds),
    perSecond: Math.round((events / (performance.now() - started)) * 1_000),
    delivered: Math.round((events / (sent * screens.length)) * 10_000) / 10_000,
  };
}

interface Cost {
  cpuSeconds: number;
  /** Updates, each for every client. */
  sent: number;
}

type Publish = (update: ReturnType<typeof updatesOfTick>[number]) => Promise<unknown>;

/** The scores of so many sessions, 30 times a second. */
async function paced(updates: number, publish: Publish): Promise<void> {
  const started = performance.now();
  for (let tick = 0; tick < SECONDS * PER_SECOND; tick++) {
    await sleep(Math.max(0, started + (tick * 1_000) / PER_SECOND - performance.now()));
    void Promise.all(updatesOfTick(tick, updates).map(publish));
  }
  // Until everything has gone out.
  await sleep(1_000);
}

async function memoryOf(
  pid: number,
  ports: number[],
  auths: object[],
): Promise<{ connected: number; bytesPerSocket: number }> {
  // The first ones compile the code.
  for (const socket of await openCounting(ports, auths.slice(0, 500))) socket.close();
  await sleep(SETTLE_MS);
  const before = residentBytes(pid);
  const open = await openCounting(ports, auths);
  let connected = open.length;
  for (const socket of open) socket.onClose = () => connected--;
  await sleep(SETTLE_MS);
  const bytesPerSocket = Math.round((residentBytes(pid) - before) / open.length);
  const result = { connected, bytesPerSocket };
  for (const socket of open) socket.close();
  await sleep(1_000);
  return result;
}

async function admitted(
  world: BenchPlatform,
  count: number,
  role: 'user' | 'admin',
): Promise<{ token: string }[]> {
  const all: { token: string }[] = [];
  while (all.length < count) {
    const some = Math.min(200, count - all.length);
    all.push(...(await Promise.all(Array.from({ length: some }, () => world.admit(role)))));
  }
  return all;
}

const nobodies = (count: number): object[] => Array.from({ length: count }, () => ({}));

interface Peer {
  child: ChildProcess;
  pid: number;
  port: number;
  disconnect(): void;
}

async function startPeer(task: { redisUrl?: string }): Promise<Peer> {
  const child = fork(await bundle('scripts/bench/fanout-stock.ts'), [JSON.stringify(task)]);
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return {
    child,
    pid: child.pid as number,
    port,
    disconnect: () => void (child.connected && child.disconnect()),
  };
}

/** Each socket is an open file here and another one at the server. */
function demandFiles(files: number): void {
  const limit = /Max open files\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  if (limit !== undefined && Number(limit) < files) {
    throw new Misfit(`This shell allows ${limit} open files; ${files} are needed: ulimit -n 20000`);
  }
}

const versionOf = (name: string): string =>
  (JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')) as { version: string })
    .version;

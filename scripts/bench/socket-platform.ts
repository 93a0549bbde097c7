// The platform as the socket benches start it: real processes, a data directory of its own, a crowd of signed-in people.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKeyRing } from '@verity/adapters/crypto/key-ring';
import { createPasswordHasher } from '@verity/adapters/crypto/password';
import { createVault } from '@verity/adapters/crypto/vault';
import { createLog } from '@verity/adapters/log';
import { connectMongo } from '@verity/adapters/mongo/connect';
import { mongoRepositories } from '@verity/adapters/mongo/repositories';
import { createBus } from '@verity/adapters/redis/bus';
import { connectRedis } from '@verity/adapters/redis/connect';
import { createSessionRightsCache } from '@verity/adapters/redis/session-rights';
import { newId, systemClock } from '@verity/adapters/world';
import { kindOf } from '@verity/domain/risk/model-kinds';
import { advance, newWindowState } from '@verity/domain/telemetry/windows';
import type { UserId } from '@verity/protocol/ids';
import { BehavioralData } from '@verity/protocol/telemetry/schemas';
import { freePort } from '../stack/free-port';
import { startPlatform } from '../stack/platform';
import { peopleIn, personNow, type SignedIn } from '../testing/people';
import { batch } from './socket-load';

export type BenchPlatform = Awaited<ReturnType<typeof startBenchPlatform>>;

/** `processes` HTTP processes and one pipeline, over a Redis that writes every command to the disk. */
export async function startBenchPlatform(
  processes: number,
  env: NodeJS.ProcessEnv = {},
  { client = false } = {},
) {
  const dataDir = mkdtempSync(join(tmpdir(), 'verity-bench-'));
  const ports: number[] = [];
  while (ports.length < processes) {
    const port = await freePort();
    if (!ports.includes(port)) ports.push(port);
  }
  const { REDIS_URL: _redis, MONGODB_URL: _mongo, ...own } = process.env;
  const platform = await startPlatform({
    dataDir,
    ports,
    client,
    env: { ...own, LOG_LEVEL: 'warn', ...env },
  });
  const setting = (name: string): string => platform.env[name] ?? '';
  const log = createLog({ level: 'warn', name: 'bench' });
  const prefix = setting('REDIS_PREFIX');
  const redis = connectRedis({ url: setting('REDIS_URL'), prefix, name: 'bench', log });
  await redis.ready();
  const mongo = await connectMongo(setting('MONGODB_URL'), { appName: 'bench', patience: 'work' });
  const stores = mongoRepositories(mongo, { clock: systemClock });
  const rights = createSessionRightsCache(redis);
  const bus = createBus({ redis, log, clock: systemClock, newId, producerId: 'bench' });
  const access = await openKeyRing({
    keys: stores.signingKeys,
    vault: createVault(setting('MASTER_KEY')),
    clock: systemClock,
    rotateDays: 30,
    accessMinutes: 60,
    issuer: setting('PUBLIC_URL'),
    audience: 'verity',
  });

  const { signIn, admit } = peopleIn({ stores, rights, access });

  /** An admin who can sign in through the page. */
  const addAdmin = async (): Promise<{ email: string; password: string }> => {
    const account = { email: `${newId<UserId>()}@bench.example`, password: randomUUID() };
    const passwordHash = await (await createPasswordHasher()).hash(account.password);
    await stores.users.add(personNow('admin', { email: account.email, passwordHash }));
    return account;
  };

  /** Many people whose behaviour is known: each batch is really weighed by their models. */
  const crowd = async (people: number): Promise<SignedIn[]> => {
    const artefacts = { keystroke: artefactOf('keystroke'), mouse: artefactOf('mouse') };
    const signed: SignedIn[] = [];
    while (signed.length < people) {
      const some = Array.from({ length: Math.min(20, people - signed.length) }, async () => {
        const person = await signIn();
        for (const modality of ['keystroke', 'mouse'] as const) {
          await stores.behaviourModels.add({
            userId: person.session.userId,
            modality,
            version: 1,
            trainedAt: systemClock(),
            windows: kindOf(modality).windows.most,
            artefact: artefacts[modality],
          });
        }
        return person;
      });
      signed.push(...(await Promise.all(some)));
    }
    return signed;
  };

  return {
    platform,
    ports,
    redis,
    urls: ports.map((port) => `http://127.0.0.1:${port}`),
    bus,
    stores,
    signIn,
    admit,
    addAdmin,
    crowd,
    /** Of a process by its name: server, server-2, pipeline … */
    pid: (name: string): number => platform.child(name).pid ?? 0,
    /** Seconds of CPU of each process so far. */
    cpu: (): Record<string, number> =>
      Object.fromEntries(
        platform.stack.supervisor.children.map(({ name, pid }) => [name, cpuOf(pid)]),
      ),
    redisVersion: async () =>
      /redis_version:(\S+)/.exec(await redis.commands.info('server'))?.[1] ?? '',
    appendfsync: async () => (await redis.commands.config('GET', 'appendfsync'))[1] ?? '',
    async stop() {
      await bus.close();
      redis.close();
      await mongo.close();
      await platform.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** A model of the crowd's common way to type or move. */
function artefactOf(modality: 'keystroke' | 'mouse'): string {
  const kind = kindOf(modality);
  const windows: Float64Array[] = [];
  for (let index = 0; windows.length < Math.max(60, kind.windows.first * 3); index++) {
    let state = newWindowState();
    for (let seq = 0; seq < 40; seq++) {
      const made = BehavioralData.parse(JSON.parse(batch(index, seq, 1_000_000 + seq * 1_000)));
      const next = advance(state, made);
      state = next.state;
      for (const window of next.windows) {
        if (window.modality === modality) windows.push(window.features);
      }
    }
  }
  return kind.train({ modality, windows, version: 1, now: systemClock() });
}

/** User and system time of a process in seconds (proc(5): fields 14 and 15, in ticks of 10 ms). */
function cpuOf(pid: number | undefined): number {
  if (pid === undefined) return 0;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0; // Not Linux, or gone.
  }
}

/** Bytes of memory that a process holds, as the operating system counts them. */
export function residentBytes(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

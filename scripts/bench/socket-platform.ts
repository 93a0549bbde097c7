// The platform as the socket benches start it: real processes, a data directory of its own, a crowd of signed-in people.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { trainAutoencoder } from '@verity/adapters/brain/train-autoencoder';
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
import type { SessionRecord, UserRecord } from '@verity/domain/identity/ports';
import { rightsOf } from '@verity/domain/identity/session-rights';
import { kindOf } from '@verity/domain/risk/model-kinds';
import { advance, newWindowState } from '@verity/domain/telemetry/windows';
import { ACR, type Role } from '@verity/protocol/identity/schemas';
import type { DeviceId, SessionId, UserId } from '@verity/protocol/ids';
import { BehavioralData } from '@verity/protocol/telemetry/schemas';
import { freePort } from '../stack/free-port';
import { startPlatform } from '../stack/platform';
import { batch } from './socket-load';

export interface SignedIn {
  session: SessionRecord;
  token: string;
}

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

  /** Straight through the repositories: a thousand passwords through Argon2id would take minutes and prove nothing here. */
  const signIn = async (role: Role = 'user'): Promise<SignedIn> => {
    const userId = newId<UserId>();
    await stores.users.add(userOf(userId, role));
    const session = sessionOf(userId, role);
    await stores.sessions.add(session);
    await rights.put(rightsOf(session));
    return { session, token: access.sign(session).token };
  };

  /** An admin who can sign in through the page. */
  const addAdmin = async (): Promise<{ email: string; password: string }> => {
    const account = { email: `${newId<UserId>()}@bench.example`, password: randomUUID() };
    await stores.users.add({
      ...userOf(newId<UserId>(), 'admin'),
      email: account.email,
      passwordHash: await (await createPasswordHasher()).hash(account.password),
    });
    return account;
  };

  /** Only let in, for sockets by the thousand: rights and a token, nobody in the store. */
  const admit = async (role: Role = 'user'): Promise<{ token: string }> => {
    const session = sessionOf(newId<UserId>(), role);
    await rights.put(rightsOf(session));
    return { token: access.sign(session).token };
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

const emailOf = (user: UserId): string => `${user}@bench.example`;

function userOf(id: UserId, role: Role): UserRecord {
  const now = systemClock();
  return {
    id,
    email: emailOf(id),
    name: 'Bench',
    role,
    status: 'active',
    passwordHash: null,
    totp: null,
    totpDraft: null,
    passkeys: [],
    recoveryCodeHashes: [],
    groups: [],
    hours: new Array<number>(24).fill(0),
    demo: false,
    createdAt: now,
    lastSeenAt: now,
  };
}

function sessionOf(userId: UserId, role: Role): SessionRecord {
  const now = systemClock();
  return {
    id: newId<SessionId>(),
    userId,
    userEmail: emailOf(userId),
    userName: 'Bench',
    groups: [],
    role,
    deviceId: newId<DeviceId>(),
    deviceLabel: 'Bench',
    deviceTrusted: true,
    totpEnrolled: false,
    passkeyEnrolled: false,
    address: '127.0.0.1',
    facility: null,
    state: 'active',
    stateReason: null,
    rightsVersion: 1,
    riskScore: 0,
    band: 'low',
    acr: ACR.password,
    stepUpAt: null,
    startedAt: now,
    lastSeenAt: now,
    endedAt: null,
    expiresAt: new Date(now.getTime() + 6 * 3_600_000),
    demo: false,
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
  return kind.train({ modality, windows, version: 1, now: systemClock(), trainAutoencoder });
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

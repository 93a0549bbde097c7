// For specs: the routes as the HTTP role wires them behind the real door, over a real Redis and MongoDB.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateSync } from 'otplib';
import { readConfig } from '@verity/adapters/config';
import { createVault } from '@verity/adapters/crypto/vault';
import { createLog } from '@verity/adapters/log';
import { scratchDatabase } from '@verity/adapters/mongo/scratch';
import { publicLog } from '@verity/adapters/public-log';
import { openTestRedis } from '@verity/adapters/redis/testing';
import { createShutdown } from '@verity/adapters/shutdown';
import { newId } from '@verity/adapters/world';
import { applicationDirectory } from '@verity/domain/applications/directory';
import { newPerson } from '@verity/domain/identity/links';
import type { PolicyDraft } from '@verity/protocol/policy/schemas';
import type { Role, SignedIn } from '@verity/protocol/identity/schemas';
import type { Payload, StreamName } from '@verity/protocol/streams';
import { createApp } from '../http/app';
import { reached, serve, type Answer, type Sent } from '../http/spec-server';
import { layGround } from '../roles/ground';
import { doorOver } from '../roles/http/door-ports';
import { openHttpGround } from '../roles/http/http-ground';
import { openPasses } from '../roles/http/passes';
import { handlersOfSubjects } from '../roles/http/subjects';
import { openJobs } from '../roles/jobs';
import type { Herald } from '../socket/announcer';

export const PASSWORD = 'a password of some length';
export const ISSUER = 'https://verity.test';

export type Platform = Awaited<ReturnType<typeof openPlatform>>;

/** Somebody who is signed in, as a browser would be. */
export interface Visitor {
  address: string;
  signedIn: SignedIn;
  cookie: string;
  call: (method: string, path: string, body?: unknown) => Promise<Answer>;
}

/** The wiring of the HTTP role over a scratch database and a prefix of Redis, with a clock that a spec can move. */
export async function openPlatform(given: { registration?: 'invite' | 'open' } = {}) {
  const [database, test] = await Promise.all([scratchDatabase(), openTestRedis()]);
  const dataDir = mkdtempSync(join(tmpdir(), 'verity-routes-'));
  let skewMs = 0;
  const clock = (): Date => new Date(Date.now() + skewMs);
  const lost: unknown[] = [];
  const log = createLog({ level: 'silent', name: 'spec' });
  log.error = (facts: unknown) => void lost.push(facts);
  const shutdown = createShutdown(log);
  const config = readConfig({
    MONGODB_URL: process.env.MONGODB_URL,
    REDIS_URL: process.env.REDIS_URL,
    REDIS_PREFIX: test.prefix,
    RABBITMQ_URL: process.env.RABBITMQ_URL,
    // The same for all: their queues are declared once, and nobody reads them.
    RABBITMQ_PREFIX: 'routes.',
    MASTER_KEY: 'd4'.repeat(32),
    PUBLIC_URL: ISSUER,
    DATA_DIR: dataDir,
    CHAIN_URL: process.env.CHAIN_URL,
    IPFS_URL: process.env.IPFS_URL,
    REGISTRATION: given.registration,
    TRUSTED_PROXIES: '1',
    NODE_ENV: 'test',
  });
  const ground = await layGround({
    config,
    log,
    shutdown,
    redis: test.redis,
    mongo: database.connection,
    locate: () => null,
    clock,
  });
  const { stores, bus } = ground;
  const published: { stream: StreamName; payload: Payload<StreamName> }[] = [];
  for (const stream of ['stream:findings', 'stream:alerts', 'stream:forensics'] as const) {
    bus.tail(stream, 'now', (messages) => published.push(...messages));
  }
  const announced: { event: string; rooms: string[]; payload: unknown }[] = [];
  const disconnected: string[] = [];
  const herald: Herald = {
    announce: (event, rooms, payload) => void announced.push({ event, rooms, payload }),
    disconnect: (session) => void disconnected.push(session),
    rightsChanged: () => undefined,
  };
  const vault = createVault(config.MASTER_KEY);
  const http = await openHttpGround(ground, {
    vault,
    passes: await openPasses(ground, vault),
    directory: applicationDirectory({ applications: stores.applications, clock }),
    herald,
    jobs: await openJobs(ground),
  });
  const handlers = Object.assign(reached(), ...handlersOfSubjects(http)) as ReturnType<
    typeof reached
  >;
  const app = createApp(
    { ...doorOver(http), handlers: [handlers] },
    {
      publicUrl: ISSUER,
      trustedProxies: config.TRUSTED_PROXIES,
      logFile: publicLog(http.audit.directory),
    },
  );
  const server = await serve(app);
  let visitors = 0;

  return {
    ground,
    stores,
    audit: http.audit,
    life: http.life,
    access: http.access,
    issued: http.links,
    published,
    announced,
    disconnected,
    liveRisk: ground.liveRisk,
    /** What was logged as an error. */
    lost,
    redis: test.redis,
    call: server.call,
    /** Lets time pass for everything that asks our clock. */
    pass: (ms: number): void => void (skewMs += ms),
    now: clock,

    /** Puts another policy in force: the one before with these changes. */
    async govern(changes: Partial<PolicyDraft>) {
      const { version, ...before } = await stores.policies.current();
      await stores.policies.add({ ...before, ...changes, version: version + 1 });
      await http.policy.refresh();
    },

    /** A person who can sign in. */
    async person(email: string, role: Role = 'user') {
      const passwordHash = await http.passwords.hash(PASSWORD);
      const user = newPerson(
        { clock, newId },
        { email, name: email, role, status: 'active', passwordHash },
      );
      await stores.users.add(user);
      return user;
    },

    /** Signs in from an address and a device of its own. */
    async visit(email: string, sent: Sent = {}): Promise<Visitor> {
      visitors += 1;
      const address = `198.51.100.${visitors}`;
      const headers = { 'x-forwarded-for': address, ...sent.headers };
      const body = { email, password: PASSWORD, ...(sent.body as object | undefined) };
      const answer = await server.call('POST', '/api/v1/auth/login', { headers, body });
      if (answer.status !== 200) throw new Error(answer.text);
      const signedIn = answer.json as unknown as SignedIn;
      return {
        address,
        signedIn,
        cookie: cookieOf(answer),
        call: (method, path, body) =>
          server.call(method, path, {
            headers: { ...headers, authorization: `Bearer ${signedIn.token}` },
            body,
          }),
      };
    },

    async close() {
      await server.close();
      await shutdown.end('the spec is over');
      await Promise.all([test.close(), database.drop()]);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** The refresh cookie that an answer sets, as a browser sends it back. */
export const cookieOf = (answer: Answer): string =>
  /verity_refresh=[^;]*/.exec(answer.headers.get('set-cookie') ?? '')?.[0] ?? '';

/** The code that an authenticator app shows. */
export const codeAt = (secret: string, at: Date): string =>
  generateSync({ secret, epoch: Math.floor(at.getTime() / 1000) });

// A small real world for specs of sockets and pipeline: stores, bus, any number of socket servers and pipelines, people.
import { createHash, randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { io, type Socket } from 'socket.io-client';
import { openKeyRing } from '@verity/adapters/crypto/key-ring';
import { createVault } from '@verity/adapters/crypto/vault';
import { createLog } from '@verity/adapters/log';
import { connectMongo } from '@verity/adapters/mongo/connect';
import { ensureIndexes, mongoRepositories } from '@verity/adapters/mongo/repositories';
import { createBus } from '@verity/adapters/redis/bus';
import { createCache } from '@verity/adapters/redis/cache';
import { connectRedis } from '@verity/adapters/redis/connect';
import { createLeases } from '@verity/adapters/redis/leases';
import { createLiveRisk } from '@verity/adapters/redis/live-risk';
import { createSessionRightsCache } from '@verity/adapters/redis/session-rights';
import { createStageState } from '@verity/adapters/redis/stage-state';
import { createTelemetryIntake } from '@verity/adapters/redis/telemetry-intake';
import { newId, systemClock } from '@verity/adapters/world';
import { applicationDirectory } from '@verity/domain/applications/directory';
import { notices } from '@verity/domain/identity/notices';
import { sessionLife, type SessionLife } from '@verity/domain/identity/session-life';
import type { Tracer } from '@verity/domain/kernel/tracing-ports';
import { DEFAULT_POLICY } from '@verity/domain/policy/default-policy';
import { trainModel } from '@verity/domain/risk/train-model';
import type { Ack } from '@verity/protocol/event';
import type { AuditRecordId, SessionId, UserId } from '@verity/protocol/ids';
import type { BehavioralDataInput } from '@verity/protocol/telemetry/schemas';
import { accessVerifier, collectorVerifier } from '../../backend/server/src/http/access-token';
import { dropCachedModels } from '../../backend/server/src/pipeline/models';
import { startPipeline } from '../../backend/server/src/pipeline/pipeline';
import { sweepSessions } from '../../backend/server/src/pipeline/sweep';
import { openAudit, openSequencer } from '../../backend/server/src/roles/audit';
import { learningOver } from '../../backend/server/src/roles/learning';
import { heraldOfEmitter, type Herald } from '../../backend/server/src/socket/announcer';
import { createHub, type Hub } from '../../backend/server/src/socket/hub';
import { TelemetryCount } from '../../backend/server/src/socket/statistics';
import { realtimeEvents } from '../../backend/server/src/sockets/realtime';
import { riskEvents } from '../../backend/server/src/sockets/risk';
import { mayJoin } from '../../backend/server/src/sockets/rooms';
import { telemetryEvents } from '../../backend/server/src/sockets/telemetry';
import { peopleIn } from './people';

const ISSUER = 'http://localhost';
const AUDIENCE = 'verity';

export type World = Awaited<ReturnType<typeof openWorld>>;

export type { SignedIn as Person } from './people';

export interface SocketServer {
  url: string;
  hub: Hub;
  life: SessionLife;
  count: TelemetryCount;
  close(): Promise<void>;
}

/** A world of its own, or, in another process, the one of that name. */
export async function openWorld(name = `spec${randomBytes(6).toString('hex')}`, tracer?: Tracer) {
  const log = createLog({ level: process.env.SPEC_LOG ?? 'silent', name });
  const prefix = `${name}:`;
  const redis = connectRedis({ url: process.env.REDIS_URL as string, prefix, name, log });
  await redis.ready();
  const mongo = await connectMongo(process.env.MONGODB_URL as string, {
    appName: name,
    database: name,
    patience: 'work',
  });
  await ensureIndexes(mongo);
  const clock = systemClock;
  const stores = mongoRepositories(mongo, { clock });
  await stores.policies.seed(DEFAULT_POLICY, clock());
  const ring = {
    keys: stores.signingKeys,
    vault: createVault(createHash('sha256').update(name).digest('hex')),
    clock,
    rotateDays: 30,
    issuer: ISSUER,
    audience: AUDIENCE,
  };
  const access = await openKeyRing({ ...ring, accessMinutes: 60 });
  /** Signs tokens that live for two seconds. */
  const shortAccess = await openKeyRing({ ...ring, accessMinutes: 2 / 60 });
  const verifyAccess = accessVerifier({
    issuer: ISSUER,
    audience: AUDIENCE,
    publicKey: (kid) => access.publicKey(kid),
  });
  const verifyCollector = collectorVerifier({
    issuer: ISSUER,
    publicKey: (kid) => access.publicKey(kid),
  });
  const directory = applicationDirectory({ applications: stores.applications, clock });
  const rights = createSessionRightsCache(redis);
  const liveRisk = createLiveRisk(redis);
  /** Processes of one world write one log. */
  const logDir = join(tmpdir(), name);
  const auditFooting = {
    ...{ mongo, stores, clock, newId, log },
    config: {
      MASTER_KEY: createHash('sha256').update(name).digest('hex'),
      PUBLIC_URL: ISSUER,
      PORT: 0,
      DATA_DIR: logDir,
      EVIDENCE_ABOVE_BYTES: 4_096,
    },
  };
  const closers: (() => Promise<unknown>)[] = [];

  const openBus = () =>
    createBus({
      redis,
      log,
      clock,
      newId,
      tracer,
      producerId: `${name}:${newId()}`,
      // Short, so that a killed worker is missed soon.
      settings: { leaseMs: 1_000, minIdleMs: 2_000, retryDelayMs: 20 },
    });
  const bus = openBus();

  const lifeOver = (herald: Pick<Herald, 'announce' | 'disconnect'>): SessionLife =>
    sessionLife({
      ...stores,
      rights,
      announce: (event, rooms, payload) => herald.announce(event, rooms, payload),
      disconnect: (session) => herald.disconnect(session),
      record: async ({ at, ...entry }) => {
        const record = { ...entry, id: newId<AuditRecordId>(), at: (at ?? clock()).toISOString() };
        await bus.publish('stream:forensics', record);
      },
      facilityOf: () => null,
      tell: notices({
        notifications: stores.notifications,
        announce: (event, rooms, payload) => herald.announce(event, rooms, payload),
        clock,
        newId,
      }),
      clock,
      newId,
      sessionHours: 12,
      idleMinutes: 60,
    });

  const startServer = async (settings: { recheckMs?: number } = {}): Promise<SocketServer> => {
    const httpServer: Server = createServer((_request, response) => response.end());
    const count = new TelemetryCount();
    const intake = createTelemetryIntake({ redis, clock, newId, producerId: name, tracer });
    const sessionRights = (id: SessionId) => life.rightsNow(id);
    const hub = createHub({
      httpServer,
      redis: redis.commands,
      redisPrefix: prefix,
      origins: [],
      bus,
      verifyAccess,
      collectors: {
        verify: verifyCollector,
        knowsOrigin: async (origin) => (await directory.byOrigin(origin)) !== null,
        mayUse: async (application, origin) =>
          (await directory.byId(application))?.origins.includes(origin) ?? false,
      },
      sessionRights,
      nextSeq: (id) => intake.nextSeq(id),
      mayJoin: (room, rights) => mayJoin({ sessionRights }, room, rights),
      handlers: [
        realtimeEvents({ sessionRights }),
        riskEvents({ sessionRights, liveRisk }),
        telemetryEvents({ intake, bus, clock, count }),
      ],
      telemetry: count,
      tracer,
      log,
      ...settings,
    });
    const life = lifeOver(hub.announcer);
    await new Promise<void>((resolve) => httpServer.listen(0, '127.0.0.1', resolve));
    let closed: Promise<void> | undefined;
    const close = (): Promise<void> =>
      (closed ??= (async () => {
        await hub.close();
        httpServer.closeAllConnections();
        await new Promise<void>((resolve) => httpServer.close(() => resolve()));
      })());
    closers.push(close);
    return {
      url: `http://127.0.0.1:${(httpServer.address() as AddressInfo).port}`,
      hub,
      life,
      count,
      close,
    };
  };

  const startStages = async () => {
    const own = openBus();
    const herald = heraldOfEmitter(redis.commands, { bus: own, prefix, lost: () => undefined });
    const cache = createCache({ redis, newId });
    const training = {
      windows: stores.behaviourWindows,
      models: stores.behaviourModels,
      terms: stores.terms,
      dropCached: (user: UserId) => dropCachedModels(cache, user),
      clock,
    };
    const sequencer = openSequencer(auditFooting, await openAudit(auditFooting));
    const pipeline = await startPipeline({
      bus: own,
      state: createStageState(redis),
      leases: createLeases(redis, newId),
      cache,
      clock,
      newId,
      log,
      users: stores.users,
      sessions: stores.sessions,
      rights,
      liveRisk,
      life: lifeOver(herald),
      policies: stores.policies,
      decisions: stores.decisions,
      moments: stores.moments,
      outcomes: stores.outcomes,
      judged: stores.judged,
      history: stores.riskHistory,
      windows: stores.behaviourWindows,
      models: stores.behaviourModels,
      terms: stores.terms,
      // What the job does, in this process.
      train: async (trainee) => void (await trainModel(training, trainee, 'due')),
      learning: learningOver({ stores, cache, redis, clock }),
      baselineRanOut: async () => undefined,
      alerts: stores.alerts,
      sequencer,
      announcer: herald,
      rightsChanged: (session) => herald.rightsChanged(session),
      settings: { sessionHours: 12 },
    });
    let stopped: Promise<void> | undefined;
    const stop = (): Promise<void> =>
      (stopped ??= pipeline
        .stop()
        .then(() => sequencer.close())
        .then(() => own.close()));
    closers.push(stop);
    const sweep = () =>
      sweepSessions({
        ...{ sessions: stores.sessions, rights, liveRisk, life: lifeOver(herald), bus: own, clock },
        announcer: herald,
      });
    return { sweep, stop };
  };

  return {
    name,
    redis,
    bus,
    stores,
    /** What its audit log and its keys are opened with. */
    auditFooting,
    rights,
    liveRisk,
    clock,
    access,
    shortAccess,
    /** Signs by another clock. */
    ringAt: (at: Date) => openKeyRing({ ...ring, clock: () => at, accessMinutes: 60 }),
    prefix,
    startServer,
    startStages,
    signIn: peopleIn({ stores, rights, access }).signIn,
    async close() {
      for (const close of closers.reverse()) await close();
      await bus.close();
      rmSync(logDir, { recursive: true, force: true });
      await mongo.dropDatabase();
      await mongo.close();
      const keys = await redis.commands.keys(`${prefix}*`);
      if (keys.length > 0) await redis.commands.del(keys.map((key) => key.slice(prefix.length)));
      redis.close();
    },
  };
}

/** A real client; resolves with it once it is greeted, rejects with the refusal of the handshake. */
export function connect(url: string, token: unknown, options: object = {}): Promise<Client> {
  const socket = io(url, {
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    auth: { token },
    ...options,
  });
  return new Promise((resolve, reject) => {
    const client = new Client(socket);
    socket.once('connection_response', (greeting: { next_seq: number }) => {
      client.nextSeq = greeting.next_seq;
      resolve(client);
    });
    socket.once('connect_error', (error) => {
      socket.close();
      reject(error);
    });
  });
}

export class Client {
  nextSeq = 0;
  readonly heard: { event: string; payload: never }[] = [];
  readonly closed: Promise<string>;

  constructor(readonly socket: Socket) {
    socket.onAny((event: string, payload: unknown) => {
      this.heard.push({ event, payload: payload as never });
    });
    this.closed = new Promise((resolve) => socket.once('disconnect', resolve));
  }

  send<T = unknown>(event: string, ...payload: unknown[]): Promise<Ack<T>> {
    return this.socket.timeout(20_000).emitWithAck(event, ...payload) as Promise<Ack<T>>;
  }

  batch(changes: Partial<BehavioralDataInput> = {}): Promise<Ack<{ seq: number }>> {
    return this.send('behavioral_data', { ...measured(this.nextSeq++), ...changes });
  }

  of<T = Record<string, unknown>>(event: string): T[] {
    return this.heard.filter((each) => each.event === event).map((each) => each.payload as T);
  }
}

let moved = 0;

/** A second of mouse movement that nobody has made before. */
export function measured(seq: number): BehavioralDataInput {
  moved++;
  return {
    seq,
    nonce: randomBytes(16).toString('base64url'),
    started_at: Date.now() - 1_000,
    keystrokes: [],
    mouseMovements: Array.from({ length: 40 }, (_, i): [number, number, number] => [
      i * 24 + ((moved * 37 + i * 11) % 97) / 10,
      300 + 100 * Math.sin((moved + i) / 7) + (moved % 89),
      200 + 80 * Math.cos((moved + i) / 5) + (moved % 83),
    ]),
    clicks: [],
  };
}

/** Resolves with the first answer that is not empty. */
export async function until<T>(
  look: () => T | Promise<T>,
  what: string,
  deadlineMs = 20_000,
): Promise<Exclude<NonNullable<T>, false>> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const found = await look();
    if (found) return found as Exclude<NonNullable<T>, false>;
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

// The ground that every role stands on: connections, stores, the bus, and the life of sessions above them.
import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import type { Config } from '@verity/adapters/config';
import { createSecretTokens } from '@verity/adapters/crypto/tokens';
import { readLocationTable } from '@verity/adapters/location-table';
import type { Log } from '@verity/adapters/log';
import { connectMongo } from '@verity/adapters/mongo/connect';
import { ensureIndexes, mongoRepositories, pingMongo } from '@verity/adapters/mongo/repositories';
import { createBus } from '@verity/adapters/redis/bus';
import { createCache } from '@verity/adapters/redis/cache';
import { cachedDevices } from '@verity/adapters/redis/cached-devices';
import { connectRedis } from '@verity/adapters/redis/connect';
import { createLiveRisk } from '@verity/adapters/redis/live-risk';
import { createSessionRightsCache } from '@verity/adapters/redis/session-rights';
import type { Shutdown } from '@verity/adapters/shutdown';
import { openTracer } from '@verity/adapters/tracing/open-tracer';
import { newId, systemClock } from '@verity/adapters/world';
import type { Sha256 } from '@verity/domain/audit/chain';
import type { Journal } from '@verity/domain/audit/ports';
import { notices } from '@verity/domain/identity/notices';
import { sessionLife } from '@verity/domain/identity/session-life';
import { facilitiesFrom } from '@verity/domain/network/facilities';
import { DEFAULT_POLICY } from '@verity/domain/policy/default-policy';
import type { AuditRecordId } from '@verity/protocol/ids';
import type { Herald } from '../socket/announcer';
import { healthOf } from '../routes/health';

export type Ground = Awaited<ReturnType<typeof openGround>>;

export const sha256: Sha256 = (bytes) => createHash('sha256').update(bytes).digest();

/** Days that each is kept. */
export const retentionOf = (config: Config) => ({
  riskDays: config.RISK_RETENTION_DAYS,
  behaviourDays: config.BEHAVIOUR_RETENTION_DAYS,
  decisionDays: 90,
  notificationDays: 90,
});

/** Waits until the stores answer, then makes what is missing in them. */
export async function openGround(config: Config, log: Log, shutdown: Shutdown) {
  const facilityOf = facilitiesFrom(config.FACILITIES);
  const locate = config.LOCATION_FILE ? await readLocationTable(config.LOCATION_FILE) : () => null;
  const producerId = `${hostname()}:${config.ROLES.join('+')}:${process.pid}`;
  const redis = connectRedis({
    url: config.REDIS_URL,
    prefix: config.REDIS_PREFIX,
    name: `verity:${config.ROLES.join('+')}`,
    log,
  });
  shutdown.on('close', 'redis', () => redis.close());
  await redis.ready(60_000);
  const mongo = await connectMongo(config.MONGODB_URL, {
    appName: `verity ${config.ROLES.join('+')}`,
    // Somebody waits for a request; the pipeline outlasts a restart.
    patience: config.ROLES.includes('http') ? 'request' : 'work',
  });
  shutdown.on('close', 'mongodb', () => mongo.close());
  await ensureIndexes(mongo);
  const stores = mongoRepositories(mongo, {
    clock: systemClock,
    ...retentionOf(config),
    deliveryDays: config.WEBHOOK_LOG_DAYS,
  });
  const cache = createCache({ redis, newId });
  await stores.policies.seed(DEFAULT_POLICY, systemClock());

  const tracer = openTracer(config, { instance: producerId, version: VERSION, log });
  if (tracer) shutdown.on('close', 'traces', () => tracer.stop());
  const bus = createBus({
    redis,
    tracer,
    log,
    clock: systemClock,
    newId,
    producerId,
    settings: {
      retention: config.STREAM_RETENTION,
      cap: config.STREAM_CAP,
      retries: config.STREAM_RETRIES,
    },
    onPressure: (pressure) => log.error({ ...pressure }, 'a stream is close to its cap'),
  });
  shutdown.on('flush', 'bus', () => bus.close());
  const journal: Journal = {
    async record({ at, ...entry }) {
      const record = {
        ...entry,
        id: newId<AuditRecordId>(),
        at: (at ?? systemClock()).toISOString(),
      };
      await bus.publish('stream:forensics', record);
    },
  };

  return {
    config,
    log,
    shutdown,
    redis,
    mongo,
    stores: { ...stores, devices: cachedDevices(stores.devices, cache) },
    bus,
    journal,
    producerId,
    tracer,
    facilityOf,
    locate,
    clock: systemClock,
    newId,
    tokens: createSecretTokens(config.MASTER_KEY),
    cache,
    rights: createSessionRightsCache(redis),
    liveRisk: createLiveRisk(redis),
    health: healthOf(
      [
        {
          name: 'mongodb',
          check: () => pingMongo(mongo),
          fix: 'Start MongoDB, or run npm run doctor.',
        },
        {
          name: 'redis',
          check: () => redis.ready(1_500),
          fix: 'Start Redis, or run npm run doctor.',
        },
      ],
      VERSION,
    ),
  };
}

/** The life of sessions, told to clients through `herald`. */
export const lifeOver = (ground: Ground, herald: Herald) =>
  sessionLife({
    sessions: ground.stores.sessions,
    rights: ground.rights,
    refreshTokens: ground.stores.refreshTokens,
    tell: notices({
      ...ground,
      notifications: ground.stores.notifications,
      announce: herald.announce,
    }),
    announce: herald.announce,
    disconnect: herald.disconnect,
    rightsChanged: (session) => herald.rightsChanged(session),
    record: (entry) => ground.journal.record(entry),
    facilityOf: ground.facilityOf,
    clock: ground.clock,
    newId: ground.newId,
    sessionHours: ground.config.SESSION_HOURS,
    idleMinutes: ground.config.SESSION_IDLE_MINUTES,
  });

export const VERSION = '0.1.0';

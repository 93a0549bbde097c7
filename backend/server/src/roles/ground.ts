// The ground that every role stands on: connections, stores, the bus, and the life of sessions above them.
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Connection } from 'mongoose';
import { connectRpc } from '@verity/adapters/chain/rpc';
import type { Config } from '@verity/adapters/config';
import { pingIpfs } from '@verity/adapters/ipfs/blocks';
import { hmacSha512 } from '@verity/adapters/crypto/audit-crypto';
import { openSealedEvidence } from '@verity/adapters/crypto/evidence-cipher';
import { createSecretTokens } from '@verity/adapters/crypto/tokens';
import { createVault } from '@verity/adapters/crypto/vault';
import { readLocationTable } from '@verity/adapters/location-table';
import type { Log } from '@verity/adapters/log';
import { MongoAuditArchive } from '@verity/adapters/mongo/audit-archive';
import { MongoPersonKeys } from '@verity/adapters/mongo/audit-keys';
import { connectMongo } from '@verity/adapters/mongo/connect';
import { ensureIndexes, mongoRepositories, pingMongo } from '@verity/adapters/mongo/repositories';
import { createBus } from '@verity/adapters/redis/bus';
import { createCache } from '@verity/adapters/redis/cache';
import { cachedDevices } from '@verity/adapters/redis/cached-devices';
import { connectRedis, type RedisConnections } from '@verity/adapters/redis/connect';
import { createLiveRisk } from '@verity/adapters/redis/live-risk';
import { createSessionRightsCache } from '@verity/adapters/redis/session-rights';
import type { Shutdown } from '@verity/adapters/shutdown';
import { openTracer } from '@verity/adapters/tracing/open-tracer';
import { newId, systemClock } from '@verity/adapters/world';
import { withArchive } from '@verity/domain/audit/archive';
import type { Journal } from '@verity/domain/audit/ports';
import { recordable } from '@verity/domain/audit/recordable';
import { notices } from '@verity/domain/identity/notices';
import { sessionLife } from '@verity/domain/identity/session-life';
import type { Clock } from '@verity/domain/kernel/ports';
import { facilitiesFrom } from '@verity/domain/network/facilities';
import { DEFAULT_POLICY } from '@verity/domain/policy/default-policy';
import type { Locate } from '@verity/domain/risk/travel';
import type { AuditRecordId } from '@verity/protocol/ids';
import type { Herald } from '../socket/announcer';
import { healthOf, type HealthCheck } from '../routes/health';

export type Ground = Awaited<ReturnType<typeof layGround>>;

/** Days that each is kept. */
export const retentionOf = (config: Config) => ({
  riskDays: config.RISK_RETENTION_DAYS,
  behaviourDays: config.BEHAVIOUR_RETENTION_DAYS,
  decisionDays: 90,
  notificationDays: 90,
});

/** What a ground is laid over: open connections, and the clock that all of it goes by. */
export interface Footing {
  config: Config;
  log: Log;
  shutdown: Shutdown;
  redis: RedisConnections;
  mongo: Connection;
  locate: Locate;
  clock: Clock;
}

/** Waits until the stores answer, then makes what is missing in them. */
export async function openGround(config: Config, log: Log, shutdown: Shutdown): Promise<Ground> {
  const locate = config.LOCATION_FILE ? await readLocationTable(config.LOCATION_FILE) : () => null;
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
  return layGround({ config, log, shutdown, redis, mongo, locate, clock: systemClock });
}

/** The ground over connections that are open; it closes what it opens itself. */
export async function layGround(footing: Footing) {
  const { config, log, shutdown, redis, mongo, clock } = footing;
  const producerId = `${hostname()}:${config.ROLES.join('+')}:${process.pid}`;
  const stores = mongoRepositories(mongo, {
    clock,
    ...retentionOf(config),
    deliveryDays: config.WEBHOOK_LOG_DAYS,
    jobDays: config.JOB_HISTORY_DAYS,
  });
  const auditArchive = new MongoAuditArchive(mongo, join(config.DATA_DIR, 'archive'));
  const cache = createCache({ redis, newId });
  await stores.policies.seed(DEFAULT_POLICY, clock());

  const tracer = openTracer(config, { instance: producerId, version: VERSION, log });
  if (tracer) shutdown.on('close', 'traces', () => tracer.stop());
  const bus = createBus({
    redis,
    tracer,
    log,
    clock,
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
    async record({ at, id, ...entry }) {
      const record = recordable({
        ...entry,
        id: (id as AuditRecordId | undefined) ?? newId<AuditRecordId>(),
        at: (at ?? clock()).toISOString(),
      });
      await bus.publish('stream:forensics', record);
    },
  };

  return {
    ...footing,
    stores: {
      ...stores,
      devices: cachedDevices(stores.devices, cache),
      auditEntries: withArchive(stores.auditEntries, {
        archive: auditArchive,
        keys: new MongoPersonKeys(mongo, createVault(config.MASTER_KEY)),
        hmac: hmacSha512,
        open: openSealedEvidence,
      }),
    },
    auditArchive,
    bus,
    journal,
    producerId,
    tracer,
    facilityOf: facilitiesFrom(config.FACILITIES),
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
        ...ipfsHealth(config),
        ...chainHealth(footing),
      ],
      VERSION,
    ),
  };
}

function ipfsHealth({ IPFS_URL: url }: Config): HealthCheck[] {
  if (!url) return [];
  const fix = 'Start the node of IPFS_URL, or run npm run doctor; evidence waits until then.';
  return [{ name: 'ipfs', check: () => pingIpfs(url), fix, optional: true }];
}

function chainHealth({ config, shutdown }: Footing): HealthCheck[] {
  if (!config.CHAIN_URL) return [];
  const rpc = connectRpc(config.CHAIN_URL, 1_500);
  shutdown.on('close', 'chain', () => rpc.close());
  const fix = 'Start the node of CHAIN_URL, or run npm run doctor; checkpoints wait until then.';
  return [{ name: 'chain', check: () => rpc.chainId(), fix, optional: true }];
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

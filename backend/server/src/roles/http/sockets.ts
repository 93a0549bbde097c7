// The sockets of the public port: the hub, what it takes in, and the herald that speaks through it.
import type { Server } from 'node:http';
import { createTelemetryIntake } from '@verity/adapters/redis/telemetry-intake';
import type { ApplicationDirectory } from '@verity/domain/applications/directory';
import type { SessionRights } from '@verity/domain/identity/ports';
import type { SessionId } from '@verity/protocol/ids';
import type { Herald } from '../../socket/announcer';
import { createHub } from '../../socket/hub';
import { TelemetryCount } from '../../socket/statistics';
import { realtimeEvents } from '../../sockets/realtime';
import { riskEvents } from '../../sockets/risk';
import { mayJoin } from '../../sockets/rooms';
import { telemetryEvents } from '../../sockets/telemetry';
import type { Ground } from '../ground';
import type { Passes } from './passes';

export type Sockets = ReturnType<typeof openSockets>;

export function openSockets(
  ground: Ground,
  needs: {
    httpServer: Server;
    passes: Passes;
    directory: ApplicationDirectory;
    sessionRights: (id: SessionId) => Promise<SessionRights | null>;
  },
) {
  const { config, bus, clock, redis } = ground;
  const { directory, passes, sessionRights } = needs;
  const telemetry = new TelemetryCount();
  const intake = createTelemetryIntake({
    ...ground,
    cap: config.STREAM_CAP,
    replayMemoryMinutes: config.REPLAY_MEMORY_MINUTES,
  });
  const hub = createHub({
    httpServer: needs.httpServer,
    redis: redis.commands,
    redisPrefix: config.REDIS_PREFIX,
    origins: config.WEBSOCKET_CORS_ALLOWED_ORIGINS,
    bus,
    verifyAccess: passes.verifyAccess,
    collectors: {
      verify: passes.verifyCollector,
      knowsOrigin: async (origin) => (await directory.byOrigin(origin)) !== null,
      mayUse: async (application, origin) =>
        (await directory.byId(application))?.origins.includes(origin) ?? false,
    },
    sessionRights,
    nextSeq: (session) => intake.nextSeq(session),
    mayJoin: (room, rights) => mayJoin({ sessionRights }, room, rights),
    handlers: [
      realtimeEvents({ sessionRights }),
      riskEvents({ sessionRights, liveRisk: ground.liveRisk }),
      telemetryEvents({ intake, bus, clock, count: telemetry }),
    ],
    telemetry,
    tracer: ground.tracer,
    log: ground.log,
  });
  const herald: Herald = {
    ...hub.announcer,
    rightsChanged: (session) => hub.rightsChanged(session),
  };
  ground.shutdown.on('intake', 'sockets', () => hub.close());
  ground.shutdown.on('drain', 'telemetry', () => intake.drain());
  return { hub, herald, telemetry };
}

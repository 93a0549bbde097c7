// Wires the routes of running the platform: health, metrics, statistics, demo data.
import { operationsHandlers } from '../../routes/operations';
import type { Metrics } from '../metrics';
import type { HttpGround } from './http-ground';
import type { Sockets } from './sockets';

export const operationsRoutes = (
  ground: HttpGround,
  process: { hub: Sockets['hub']; metrics: Metrics; openapi: object },
) => {
  const { stores, life, journal, clock } = ground;
  const { statistics } = process.hub;
  return operationsHandlers({
    health: ground.health,
    metrics: () => process.metrics.text(),
    openapi: { ...process.openapi },
    liveSessions: stores.liveSessions,
    alerts: stores.alerts,
    riskHistory: stores.riskHistory,
    realtime: async () => (await statistics()).realtime,
    telemetry: async () => (await statistics()).telemetry,
    cache: () => ground.cache.state(),
    bus: () => ground.bus.state(),
    process: () => ({
      uptimeSeconds: globalThis.process.uptime(),
      rssBytes: globalThis.process.memoryUsage.rss(),
      node: globalThis.process.version,
    }),
    demoData: stores.demoData,
    async endDemoSessions({ actor, address }) {
      for await (const session of stores.sessions.live()) {
        if (!session.demo) continue;
        await life.end(session.id, {
          state: 'terminated',
          reason: 'Demo data was removed.',
          by: actor,
          address,
        });
      }
    },
    journal,
    clock,
  });
};

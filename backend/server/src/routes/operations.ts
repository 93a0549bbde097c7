// Handlers of the operations routes: health, metrics, the API description, overview, system page, demo data.
import type {
  CacheStatistics,
  operationsRoutes,
  RealtimeStatistics,
  StreamStatistics,
} from '@verity/protocol/operations/routes';
import type { Alerts } from '@verity/domain/alerts/ports';
import type { Journal } from '@verity/domain/audit/ports';
import type { LiveSessions } from '@verity/domain/identity/ports';
import type { Clock } from '@verity/domain/kernel/ports';
import type { DemoData } from '@verity/domain/operations/ports';
import type { RiskHistory } from '@verity/domain/risk/ports';
import { actorOf, type Handlers } from '../http/handler';
import type { HealthNow } from './health';
import { presentSession } from './present';

export interface OperationsRoutePorts {
  health: HealthNow;
  /** Everything measured, in the text format of Prometheus. */
  metrics(): Promise<string>;
  openapi: Record<string, unknown>;
  liveSessions: LiveSessions;
  alerts: Pick<Alerts, 'countOpen' | 'mostSevereOpen'>;
  riskHistory: Pick<RiskHistory, 'course'>;
  realtime(): Promise<RealtimeStatistics> | RealtimeStatistics;
  cache(): Promise<CacheStatistics>;
  bus(): Promise<StreamStatistics[]>;
  telemetry(): Promise<TelemetryCounts> | TelemetryCounts;
  process(): { uptimeSeconds: number; rssBytes: number; node: string };
  demoData: DemoData;
  /** Ends every live session of a demo person, as enforcement does. */
  endDemoSessions(by: { actor: string; address: string }): Promise<void>;
  journal: Journal;
  clock: Clock;
}

export interface TelemetryCounts {
  accepted: number;
  refused: Record<string, number>;
}

/** Declared here for its address; identity answers it. */
type Key = Exclude<keyof typeof operationsRoutes, 'GET /.well-known/jwks.json'>;

const HOUR_MS = 3_600_000;
const SHOWN = 10;
/** The course of a minute is looked at so often at most: it reads an hour of every session. */
const COURSE_REMEMBERED_MS = 10_000;

export function operationsHandlers(ports: OperationsRoutePorts): Handlers<Key> {
  const course = remembered(
    () => ports.riskHistory.course(new Date(ports.clock().getTime() - HOUR_MS)),
    COURSE_REMEMBERED_MS,
  );

  return {
    'GET /health/live': async () => ({ ok: true }),

    async 'GET /health/ready'(_input, call) {
      const health = await ports.health();
      if (!health.ok) call.status(503);
      return health;
    },

    'GET /health': () => ports.health(),

    'GET /metrics': () => ports.metrics(),

    'GET /api/v1/openapi.json': async () => ports.openapi,

    async 'GET /api/v1/overview'() {
      const [live, needing, openAlerts, worst, minutes] = await Promise.all([
        ports.liveSessions.counts(),
        ports.liveSessions.needingSomebody(SHOWN),
        ports.alerts.countOpen(),
        ports.alerts.mostSevereOpen(SHOWN),
        course(),
      ]);
      return {
        live_sessions: live.total,
        by_band: live.byBand,
        by_state: live.byState,
        open_alerts: openAlerts,
        sessions: needing.map(presentSession),
        alerts: worst,
        course: minutes.map(({ at, mean, max }) => ({ at: at.toISOString(), mean, max })),
      };
    },

    async 'GET /api/v1/system'() {
      const [health, realtime, cache, bus, telemetry] = await Promise.all([
        ports.health(),
        ports.realtime(),
        ports.cache(),
        ports.bus(),
        ports.telemetry(),
      ]);
      const { uptimeSeconds, rssBytes, node } = ports.process();
      const process = { uptime_seconds: uptimeSeconds, rss_bytes: rssBytes, node };
      return { health, realtime, cache, bus, telemetry, process };
    },

    'GET /api/v1/demo': () => ports.demoData.count(),

    /** Sessions end first, so that nobody writes for a person who is being removed. */
    async 'DELETE /api/v1/demo'(_input, { caller, address }) {
      const actor = actorOf(caller);
      await ports.endDemoSessions({ actor, address });
      const removed = await ports.demoData.remove();
      await ports.journal.record({
        actor,
        action: 'demo.removed',
        subject: 'demo:all',
        outcome: 'success',
        address,
        details: { ...removed },
      });
      return removed;
    },
  };
}

/** The same answer for a while, asked for once however many wait; a failure is not remembered. */
function remembered<T>(ask: () => Promise<T>, forMs: number): () => Promise<T> {
  let latest: { at: number; answer: Promise<T> } | undefined;
  return () => {
    const now = performance.now();
    if (latest && now - latest.at < forMs) return latest.answer;
    const asked = { at: now, answer: ask() };
    latest = asked;
    asked.answer.catch(() => {
      if (latest === asked) latest = undefined;
    });
    return asked.answer;
  };
}

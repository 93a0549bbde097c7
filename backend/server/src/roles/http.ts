// The role `http`: the client, the API and the sockets on the public port.
import type { Server } from 'node:http';
import { publicLog } from '@verity/adapters/public-log';
import { createVault } from '@verity/adapters/crypto/vault';
import { applicationDirectory } from '@verity/domain/applications/directory';
import { createApp } from '../http/app';
import { docsPage } from '../http/docs-page';
import { openApi } from '../http/openapi';
import type { Herald } from '../socket/announcer';
import { VERSION, type Ground } from './ground';
import { doorOver } from './http/door-ports';
import { openHttpGround } from './http/http-ground';
import { followJobs } from './http/jobs-live';
import { operationsRoutes } from './http/operations';
import { openPasses } from './http/passes';
import { showSetUpLink } from './http/set-up-link';
import { openSockets } from './http/sockets';
import { handlersOfSubjects } from './http/subjects';
import type { Jobs } from './jobs';
import { createMetrics } from './metrics';
import { createPublicServer } from './public-port';

const MAINTENANCE_MS = 5_000;
const KEY_CARE_MS = 60_000;

/** Opens the public port; answers the herald of its socket server. */
export async function startHttpRole(ground: Ground, jobs: Jobs): Promise<Herald> {
  const { config, shutdown } = ground;
  const vault = createVault(config.MASTER_KEY);
  const passes = await openPasses(ground, vault);
  const directory = applicationDirectory({
    applications: ground.stores.applications,
    clock: ground.clock,
  });
  // The application is a listener before the hub comes: Socket.IO takes its own path away from those that are there.
  const httpServer = createPublicServer(ground, (req, res) => void app(req, res));
  // Sockets and sessions need one another: the life of sessions speaks through the herald of the hub.
  const { hub, herald, telemetry } = openSockets(ground, {
    httpServer,
    passes,
    directory,
    sessionRights: (id) => http.life.rightsNow(id),
  });
  const http = await openHttpGround(ground, { vault, passes, directory, herald, jobs });
  followJobs(ground, { ...http, here: hub.here });
  const metrics = createMetrics({ ...ground, hub, telemetry });
  const openapi = openApi(VERSION);
  const app = createApp(
    {
      ...doorOver(http),
      handlers: [...handlersOfSubjects(http), operationsRoutes(http, { hub, metrics, openapi })],
      observe: (answer) => metrics.observe(answer),
    },
    {
      publicUrl: config.PUBLIC_URL,
      trustedProxies: config.TRUSTED_PROXIES,
      corsOrigins: config.WEBSOCKET_CORS_ALLOWED_ORIGINS,
      clientDir: config.CLIENT_DIR,
      connectOrigins: config.CHAIN_PUBLIC_URL ? [new URL(config.CHAIN_PUBLIC_URL).origin] : [],
      collectorFile: config.COLLECTOR_FILE,
      verifierDir: config.VERIFIER_DIR,
      logFile: publicLog(http.audit.directory),
      pages: { '/docs': docsPage(openapi) },
    },
  );
  await listen(httpServer, config.PORT, config.HOST);

  every(MAINTENANCE_MS, 'activity', () => http.activity.flush(), ground);
  every(MAINTENANCE_MS, 'decisions about requests', () => http.notes.flush(), ground);
  every(KEY_CARE_MS, 'signing keys', () => http.access.rotateWhenDue(), ground);
  shutdown.on('intake', 'http', () => closeServer(httpServer));
  shutdown.on('drain', 'activity', () => http.activity.flush());
  shutdown.on('drain', 'decisions about requests', () => http.notes.flush());

  const setUp = await http.links.setUp();
  showSetUpLink(setUp?.link ?? null, config.DATA_DIR);
  return herald;
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Requests in hand are answered; idle connections are closed. */
const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 5_000).unref();
  });

function every(
  ms: number,
  what: string,
  work: () => Promise<void>,
  { log, shutdown }: Ground,
): void {
  const timer = setInterval(() => {
    work().catch((err: unknown) => log.warn({ what, err }, 'upkeep failed; it is tried again'));
  }, ms);
  shutdown.on('drain', what, () => clearInterval(timer));
}

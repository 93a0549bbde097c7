// The role `http`: the client, the API and the sockets on the public port.
import type { Server } from 'node:http';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openKeyRing } from '@verity/adapters/crypto/key-ring';
import { createPasskeyCeremonies } from '@verity/adapters/crypto/passkeys';
import { createPasswordHasher } from '@verity/adapters/crypto/password';
import { totp } from '@verity/adapters/crypto/totp';
import { createVault } from '@verity/adapters/crypto/vault';
import { createPasskeyChallenges } from '@verity/adapters/redis/passkey-challenges';
import { createAllowance } from '@verity/adapters/redis/rate-limit';
import { createStageState } from '@verity/adapters/redis/stage-state';
import { createSignInThrottle } from '@verity/adapters/redis/sign-in-throttle';
import { createSiteSessions } from '@verity/adapters/redis/site-sessions';
import { createTelemetryIntake } from '@verity/adapters/redis/telemetry-intake';
import { createWebhookWire } from '@verity/adapters/webhooks/wire';
import { applicationDirectory } from '@verity/domain/applications/directory';
import { activityNotes } from '@verity/domain/identity/activity';
import { apiKeyring } from '@verity/domain/identity/api-keys';
import { handOver } from '@verity/domain/identity/hand-over';
import { links } from '@verity/domain/identity/links';
import { notices } from '@verity/domain/identity/notices';
import { passkeys } from '@verity/domain/identity/passkeys';
import { proofs } from '@verity/domain/identity/proof';
import { refreshFamily } from '@verity/domain/identity/refresh';
import { signIn } from '@verity/domain/identity/sign-in';
import { groupsNamed } from '@verity/domain/policy/named';
import type { SessionId } from '@verity/protocol/ids';
import { accessVerifier, collectorVerifier } from '../http/access-token';
import { createApp } from '../http/app';
import { docsPage } from '../http/docs-page';
import { openApi } from '../http/openapi';
import { contextKey } from '../pipeline/network-context';
import { followPolicy } from '../pipeline/policy-in-force';
import { alertHandlers } from '../routes/alerts';
import { applicationSessionHandlers } from '../routes/application-sessions';
import { applicationHandlers } from '../routes/applications';
import { auditHandlers } from '../routes/audit';
import { identityHandlers } from '../routes/identity';
import { groupHandlers } from '../routes/groups';
import { identityAdminHandlers } from '../routes/identity-admin';
import { operationsHandlers } from '../routes/operations';
import { policyHandlers } from '../routes/policy';
import { requestContexts } from '../routes/request-context';
import { learningHandlers } from '../routes/learning';
import { petitionHandlers } from '../routes/petitions';
import { privacyHandlers } from '../routes/privacy';
import { riskHandlers } from '../routes/risk';
import { sensorHandlers } from '../routes/sensors';
import { whyHandlers } from '../routes/why';
import { siteHandlers } from '../routes/sites';
import { webhookHandlers } from '../routes/webhooks';
import type { Herald } from '../socket/announcer';
import { createHub } from '../socket/hub';
import { TelemetryCount } from '../socket/statistics';
import { realtimeEvents } from '../sockets/realtime';
import { riskEvents } from '../sockets/risk';
import { mayJoin } from '../sockets/rooms';
import { telemetryEvents } from '../sockets/telemetry';
import { decideElsewhere } from './decide-elsewhere';
import { decideRequest } from './decide-request';
import { lifeOver, retentionOf, sha256, VERSION, type Ground } from './ground';
import { learningOver } from './learning';
import { createMetrics } from './metrics';
import { requestNotes } from '../pipeline/request-notes';
import { createPublicServer } from './public-port';

const MAINTENANCE_MS = 5_000;
const KEY_CARE_MS = 60_000;

/** Opens the public port; answers the herald of its socket server. */
export async function startHttpRole(ground: Ground): Promise<Herald> {
  const { config, stores, bus, redis, log, clock, newId, journal, tokens, shutdown } = ground;
  const vault = createVault(config.MASTER_KEY);
  const passwords = await createPasswordHasher();
  const access = await openKeyRing({
    keys: stores.signingKeys,
    vault,
    clock,
    rotateDays: config.SIGNING_KEY_DAYS,
    accessMinutes: config.ACCESS_TOKEN_MINUTES,
    issuer: config.PUBLIC_URL,
    audience: 'verity',
    onRotated: (kid) =>
      journal.record({
        actor: 'system:key-ring',
        action: 'key.rotated',
        subject: `key:${kid}`,
        outcome: 'success',
        address: null,
        details: {},
      }),
  });
  const verifyAccess = accessVerifier({
    issuer: config.PUBLIC_URL,
    audience: 'verity',
    publicKey: (kid) => access.publicKey(kid),
  });
  const verifyCollector = collectorVerifier({
    issuer: config.PUBLIC_URL,
    publicKey: (kid) => access.publicKey(kid),
  });
  const directory = applicationDirectory({ applications: stores.applications, clock });
  const policy = await followPolicy({ policies: stores.policies, log });
  shutdown.on('close', 'policy', () => policy.stop());

  const telemetry = new TelemetryCount();
  // The application is a listener before the hub comes: Socket.IO takes its own path away from those that are there.
  const httpServer = createPublicServer(ground, (req, res) => void app(req, res));
  const intake = createTelemetryIntake({
    ...ground,
    cap: config.STREAM_CAP,
    replayMemoryMinutes: config.REPLAY_MEMORY_MINUTES,
  });
  // Sockets and sessions need one another: the life of sessions speaks through the herald of the hub.
  const sessionRights = (id: SessionId) => life.rightsNow(id);
  const hub = createHub({
    httpServer,
    redis: redis.commands,
    redisPrefix: config.REDIS_PREFIX,
    origins: config.WEBSOCKET_CORS_ALLOWED_ORIGINS,
    bus,
    verifyAccess,
    collectors: {
      verify: verifyCollector,
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
    log,
  });
  const herald: Herald = {
    ...hub.announcer,
    rightsChanged: (session) => hub.rightsChanged(session),
  };
  const life = lifeOver(ground, herald);

  const record = journal.record;
  const tell = notices({
    notifications: stores.notifications,
    announce: herald.announce,
    clock,
    newId,
  });
  const throttle = createSignInThrottle(redis);
  const keys = passkeys({
    users: stores.users,
    ceremonies: createPasskeyCeremonies(config.PUBLIC_URL),
    challenges: createPasskeyChallenges(redis),
    tokens,
    clock,
    newId,
  });
  const learning = learningOver(ground);
  const selfService = {
    ...stores,
    windows: stores.behaviourWindows,
    models: stores.behaviourModels,
    history: stores.riskHistory,
    live: ground.liveRisk,
    announcer: herald,
    retention: retentionOf(config),
    bus,
    life,
    learning,
    tell,
    journal,
    clock,
    newId,
  };
  const keyring = apiKeyring({ apiKeys: stores.apiKeys, tokens, record, clock, newId });
  const notes = requestNotes({ decisions: stores.decisions, newId });
  const activity = activityNotes(stores.sessions, clock);
  const issued = links({
    ...stores,
    tokens,
    passwords,
    clock,
    newId,
    publicUrl: config.PUBLIC_URL,
  });
  const metrics = createMetrics({ hub, telemetry, bus, producerId: ground.producerId });

  const identity = identityHandlers({
    ...stores,
    bus,
    journal,
    clock,
    newId,
    passwords,
    access,
    life,
    tell,
    links: issued,
    learning,
    tokens,
    passkeys: keys,
    signIn: signIn({
      ...stores,
      throttle,
      passwords,
      tokens,
      passkeys: keys,
      life,
      tell,
      record,
      clock,
      newId,
    }),
    refresh: refreshFamily({
      ...stores,
      tokens,
      life,
      record,
      clock,
      idleMinutes: config.SESSION_IDLE_MINUTES,
    }),
    proofs: proofs({
      users: stores.users,
      throttle,
      passwords,
      tokens,
      totp,
      vault,
      passkeys: keys,
      clock,
    }),
    seen: activity.note,
    locate: ground.locate,
    registration: config.REGISTRATION,
    onLost: (err) => log.error({ err }, 'something could not be published after its answer'),
  });
  const contexts = requestContexts({
    ...ground,
    decide: decideRequest({ standing: policy.standing, notes, clock }),
    onLost: (err) => log.warn({ err }, 'the context of a request could not be kept'),
  });
  const decideFor = decideElsewhere({ policy: policy.current, liveRisk: ground.liveRisk, clock });
  const { statistics } = hub;
  const api = openApi(VERSION);
  const app = createApp(
    {
      handlers: [
        identity,
        identityAdminHandlers({ ...stores, keyring, links: issued, life, journal, clock }),
        groupHandlers({
          ...stores,
          life,
          journal,
          clock,
          groupsInPolicy: async () => groupsNamed(await stores.policies.standing()),
        }),
        applicationHandlers({
          ...stores,
          directory,
          keyring,
          life,
          async removeBelongings(application) {
            await stores.webhooks.removeOfApplication(application);
            await stores.deliveries.removeOfApplication(application);
          },
          journal,
          clock,
          newId,
        }),
        applicationSessionHandlers({
          directory,
          sessions: stores.sessions,
          handOver: handOver({ ...stores, tokens, life, record, clock, newId }),
          life,
          collector: access,
          bus,
          decideRequest: decideFor,
          locate: ground.locate,
          seen: activity.note,
          publicUrl: config.PUBLIC_URL,
          clock,
        }),
        webhookHandlers({
          ...stores,
          wire: createWebhookWire({ allowPrivate: config.WEBHOOKS_TO_PRIVATE === 'allow' }),
          seal: vault,
          random: () => tokens.make(),
          journal,
          clock,
          newId,
        }),
        siteHandlers({
          directory,
          siteSessions: createSiteSessions(redis),
          verifyAccess,
          life,
          collector: access,
          tokens,
          decideRequest: decideFor,
          seen: activity.note,
          journal,
          publicUrl: config.PUBLIC_URL,
          clock,
        }),
        riskHandlers({
          sessions: stores.sessions,
          live: ground.liveRisk,
          history: stores.riskHistory,
          models: stores.behaviourModels,
          windows: stores.behaviourWindows,
          terms: stores.terms,
          clock,
        }),
        contexts.handlers,
        whyHandlers(selfService),
        petitionHandlers(selfService),
        privacyHandlers(selfService),
        learningHandlers(selfService),
        policyHandlers({
          ...stores,
          liveRisk: ground.liveRisk,
          announcer: herald,
          journal,
          onPolicyChanged: () => policy.refresh(),
          clock,
        }),
        alertHandlers({ alerts: stores.alerts, announcer: herald, journal, clock }),
        sensorHandlers({
          bus,
          clock,
          readContext: async (facility) =>
            (await createStageState(redis).read([contextKey(facility)]))[0] ?? null,
        }),
        auditHandlers({ chain: stores.auditChain, sha256 }),
        operationsHandlers({
          health: ground.health,
          metrics: () => metrics.text(),
          openapi: { ...api },
          liveSessions: stores.liveSessions,
          alerts: stores.alerts,
          riskHistory: stores.riskHistory,
          realtime: async () => (await statistics()).realtime,
          telemetry: async () => (await statistics()).telemetry,
          cache: () => ground.cache.state(),
          bus: () => bus.state(),
          process: () => ({
            uptimeSeconds: process.uptime(),
            rssBytes: process.memoryUsage.rss(),
            node: process.version,
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
        }),
        { 'GET /.well-known/jwks.json': async () => access.jwks() },
      ],
      verifyAccess,
      sessionRights,
      verifyApiKey: (key) => keyring.verify(key),
      decideRequest: (rights, asked) => contexts.decideRequest(rights, asked),
      async terminate(rights, reason) {
        await life.end(rights.id, { state: 'terminated', reason, by: 'system:policy' });
      },
      rateLimit: createAllowance(redis),
      clock,
      newRequestId: newId,
      seen: activity.note,
      observe: (answer) => metrics.observe(answer),
      tracer: ground.tracer,
      log,
    },
    {
      publicUrl: config.PUBLIC_URL,
      trustedProxies: config.TRUSTED_PROXIES,
      corsOrigins: config.WEBSOCKET_CORS_ALLOWED_ORIGINS,
      clientDir: config.CLIENT_DIR,
      collectorFile: config.COLLECTOR_FILE,
      pages: { '/docs': docsPage(api) },
    },
  );
  await listen(httpServer, config.PORT, config.HOST);

  every(MAINTENANCE_MS, 'activity', () => activity.flush(), ground);
  every(MAINTENANCE_MS, 'decisions about requests', () => notes.flush(), ground);
  every(KEY_CARE_MS, 'signing keys', () => access.rotateWhenDue(), ground);
  shutdown.on('intake', 'sockets', () => hub.close());
  shutdown.on('intake', 'http', () => closeServer(httpServer));
  shutdown.on('drain', 'telemetry', () => intake.drain());
  shutdown.on('drain', 'activity', () => activity.flush());
  shutdown.on('drain', 'decisions about requests', () => notes.flush());

  const setUp = await issued.setUp();
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

/** Said once on the terminal, and kept where only the operator can read it until there is an admin. */
function showSetUpLink(link: string | null, dataDir: string): void {
  const folder = join(dataDir, 'secrets');
  const file = join(folder, 'setup-link');
  if (!link) return rmSync(file, { force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(file, `${link}\n`, { mode: 0o600 });
  process.stderr.write(`Make the first admin here (once, within a day): ${link}\n`);
}

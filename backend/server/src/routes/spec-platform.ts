// For specs: the routes of identity behind the real door, over a real Redis and MongoDB.
import { generateSync } from 'otplib';
import { createPasskeyChallenges } from '@verity/adapters/redis/passkey-challenges';
import { createAllowance } from '@verity/adapters/redis/rate-limit';
import { openKeyRing } from '@verity/adapters/crypto/key-ring';
import { createPasskeyCeremonies } from '@verity/adapters/crypto/passkeys';
import { createPasswordHasher } from '@verity/adapters/crypto/password';
import { createSecretTokens } from '@verity/adapters/crypto/tokens';
import { totp } from '@verity/adapters/crypto/totp';
import { createVault } from '@verity/adapters/crypto/vault';
import { mongoRepositories } from '@verity/adapters/mongo/repositories';
import { scratchDatabase } from '@verity/adapters/mongo/scratch';
import { createCache } from '@verity/adapters/redis/cache';
import { createLiveRisk } from '@verity/adapters/redis/live-risk';
import { createSessionState } from '@verity/adapters/redis/session-state';
import { createSessionRightsCache } from '@verity/adapters/redis/session-rights';
import { createSiteSessions } from '@verity/adapters/redis/site-sessions';
import { createSignInThrottle } from '@verity/adapters/redis/sign-in-throttle';
import { openTestRedis } from '@verity/adapters/redis/testing';
import { newId } from '@verity/adapters/world';
import type { Journal } from '@verity/domain/audit/ports';
import { applicationDirectory } from '@verity/domain/applications/directory';
import { apiKeyring } from '@verity/domain/identity/api-keys';
import { handOver } from '@verity/domain/identity/hand-over';
import { links, newPerson } from '@verity/domain/identity/links';
import { notices } from '@verity/domain/identity/notices';
import type { Announce, RecordAction } from '@verity/domain/identity/outward';
import { passkeys } from '@verity/domain/identity/passkeys';
import { proofs } from '@verity/domain/identity/proof';
import { refreshFamily } from '@verity/domain/identity/refresh';
import { groupsNamed } from '@verity/domain/policy/named';
import { sessionLife } from '@verity/domain/identity/session-life';
import { signIn } from '@verity/domain/identity/sign-in';
import { learning } from '@verity/domain/risk/learning';
import { decide } from '@verity/domain/policy/decide';
import { DEFAULT_POLICY } from '@verity/domain/policy/default-policy';
import type { Role, SignedIn } from '@verity/protocol/identity/schemas';
import type { AuditRecordId } from '@verity/protocol/ids';
import type { Payload, StreamName } from '@verity/protocol/streams';
import { accessVerifier } from '../http/access-token';
import { createApp } from '../http/app';
import { doorPorts, reached, serve, type Answer, type Sent } from '../http/spec-server';
import { groupHandlers } from './groups';
import { dropCachedModels } from '../pipeline/models';
import { identityHandlers } from './identity';
import { identityAdminHandlers } from './identity-admin';
import { learningHandlers } from './learning';
import { petitionHandlers } from './petitions';
import { privacyHandlers } from './privacy';
import { whyHandlers } from './why';
import { factsOf } from '../pipeline/facts-of';
import { applicationSessionHandlers } from './application-sessions';
import { applicationHandlers } from './applications';
import { riskHandlers } from './risk';
import { siteHandlers } from './sites';

export const PASSWORD = 'a password of some length';
const MASTER_KEY = 'd4'.repeat(32);
export const ISSUER = 'https://verity.test';

export type Platform = Awaited<ReturnType<typeof openPlatform>>;

/** Somebody who is signed in, as a browser would be. */
export interface Visitor {
  signedIn: SignedIn;
  cookie: string;
  call(method: string, path: string, body?: unknown): Promise<Answer>;
}

export async function openPlatform(given: { registration?: 'invite' | 'open' } = {}) {
  const [database, test] = await Promise.all([scratchDatabase(), openTestRedis()]);
  let skewMs = 0;
  const clock = (): Date => new Date(Date.now() + skewMs);
  const stores = mongoRepositories(database.connection, { clock });
  const bus = test.bus();
  const published: { stream: StreamName; payload: Payload<StreamName> }[] = [];
  for (const stream of ['stream:findings', 'stream:alerts', 'stream:forensics'] as const) {
    bus.tail(stream, 'now', (messages) => published.push(...messages));
  }
  const announced: { event: string; rooms: string[]; payload: unknown }[] = [];
  const disconnected: string[] = [];
  const announce: Announce = (event, rooms, payload) =>
    void announced.push({ event, rooms, payload });
  const record: RecordAction = async ({ at, ...entry }) => {
    const recorded = { ...entry, id: newId<AuditRecordId>(), at: (at ?? clock()).toISOString() };
    await bus.publish('stream:forensics', recorded);
  };
  const journal: Journal = { record };
  const tokens = createSecretTokens(MASTER_KEY);
  const vault = createVault(MASTER_KEY);
  const passwords = await createPasswordHasher();
  const throttle = createSignInThrottle(test.redis);
  const tell = notices({ notifications: stores.notifications, announce, clock, newId });
  const rights = createSessionRightsCache(test.redis);
  const idleMinutes = 60;
  const life = sessionLife({
    ...stores,
    rights,
    tell,
    announce,
    disconnect: (session) => void disconnected.push(session),
    record,
    facilityOf: () => null,
    clock,
    newId,
    sessionHours: 12,
    idleMinutes,
  });
  const access = await openKeyRing({
    keys: stores.signingKeys,
    vault,
    clock,
    rotateDays: 30,
    accessMinutes: 60,
    issuer: ISSUER,
    audience: 'verity',
  });
  const issued = links({ ...stores, tokens, passwords, clock, newId, publicUrl: ISSUER });
  const ceremonies = createPasskeyCeremonies(ISSUER);
  const keys = passkeys({
    ...stores,
    ceremonies,
    challenges: createPasskeyChallenges(test.redis),
    tokens,
    clock,
    newId,
  });
  const keyring = apiKeyring({ apiKeys: stores.apiKeys, tokens, record, clock, newId });
  const cache = createCache({ redis: test.redis, newId });
  const sessionState = createSessionState(test.redis);
  const terms = learning({
    ...stores,
    windows: stores.behaviourWindows,
    models: stores.behaviourModels,
    history: stores.riskHistory,
    dropCached: (user) => dropCachedModels(cache, user),
    dropSessionState: (sessions) => sessionState.drop(sessions),
    clock,
  });
  const selfService = {
    ...stores,
    windows: stores.behaviourWindows,
    models: stores.behaviourModels,
    history: stores.riskHistory,
    live: createLiveRisk(test.redis),
    announcer: { announce },
    retention: { behaviourDays: 90, riskDays: 30, decisionDays: 90, notificationDays: 90 },
    bus,
    life,
    learning: terms,
    tell,
    journal,
    clock,
    newId,
  };
  const verifyAccess = accessVerifier({
    issuer: ISSUER,
    audience: 'verity',
    publicKey: (kid) => access.publicKey(kid),
  });
  const directory = applicationDirectory({ applications: stores.applications, clock });
  const liveRisk = createLiveRisk(test.redis);
  await stores.policies.seed(DEFAULT_POLICY, clock());
  const policy = await stores.policies.current();
  const lost: unknown[] = [];
  const handlers = {
    ...reached(),
    ...identityHandlers({
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
      learning: terms,
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
      refresh: refreshFamily({ ...stores, tokens, life, record, clock, idleMinutes }),
      proofs: proofs({
        ...stores,
        throttle,
        passwords,
        tokens,
        totp,
        vault,
        passkeys: keys,
        clock,
      }),
      seen: () => undefined,
      locate: () => null,
      registration: given.registration ?? 'invite',
      onLost: (error) => void lost.push(error),
    }),
    ...groupHandlers({
      ...stores,
      life,
      journal,
      clock,
      groupsInPolicy: async () => groupsNamed(await stores.policies.standing()),
    }),
    ...applicationHandlers({
      ...stores,
      directory,
      keyring,
      life,
      removeBelongings: async () => undefined,
      journal,
      clock,
      newId,
    }),
    ...applicationSessionHandlers({
      directory,
      sessions: stores.sessions,
      handOver: handOver({ ...stores, tokens, life, record, clock, newId }),
      life,
      collector: access,
      bus,
      decideRequest: async (rights, { sensitivity }) => {
        const facts = factsOf(rights, null, { sensitivity });
        const { effect, reasons, ruleId, ruleName } = decide(policy, facts, null, clock());
        const { version: policyVersion } = policy;
        const risk = { riskScore: 0, band: 'low' } as const;
        return { effect, reasons, ruleId, ruleName, policyVersion, sensitivity, ...risk };
      },
      locate: () => null,
      seen: () => undefined,
      publicUrl: ISSUER,
      clock,
    }),
    ...riskHandlers({
      sessions: stores.sessions,
      live: liveRisk,
      history: stores.riskHistory,
      models: stores.behaviourModels,
      windows: stores.behaviourWindows,
      terms: stores.terms,
      clock,
    }),
    ...siteHandlers({
      directory,
      siteSessions: createSiteSessions(test.redis),
      verifyAccess,
      life,
      collector: access,
      tokens,
      decideRequest: async (rights, asked) => {
        const { resource } = asked.path.startsWith('/secret')
          ? { resource: { sensitivity: 'high' as const } }
          : { resource: { sensitivity: 'low' as const } };
        const facts = factsOf(rights, await liveRisk.get(rights.id), resource);
        const { effect, reasons, ruleId, ruleName } = decide(policy, facts, null, clock());
        const risk = { riskScore: facts.riskScore, band: 'low' } as const;
        const { version: policyVersion } = policy;
        return { effect, reasons, ruleId, ruleName, policyVersion, ...resource, ...risk };
      },
      seen: () => undefined,
      journal,
      publicUrl: ISSUER,
      clock,
    }),
    ...identityAdminHandlers({ ...stores, keyring, links: issued, life, journal, clock }),
    ...whyHandlers(selfService),
    ...petitionHandlers(selfService),
    ...privacyHandlers(selfService),
    ...learningHandlers(selfService),
  };
  const app = createApp(
    {
      ...doorPorts(),
      handlers: [handlers],
      verifyAccess,
      sessionRights: (id) => life.rightsNow(id),
      verifyApiKey: (key) => keyring.verify(key),
      clock,
      rateLimit: createAllowance(test.redis),
    },
    { publicUrl: ISSUER, trustedProxies: '1' },
  );
  const server = await serve(app);
  let visitors = 0;

  return {
    stores,
    life,
    access,
    issued,
    ceremonies,
    published,
    announced,
    disconnected,
    liveRisk,
    lost,
    redis: test.redis,
    call: server.call,
    /** Lets time pass for everything that asks our clock. */
    pass: (ms: number): void => void (skewMs += ms),
    now: clock,

    /** A person who can sign in. */
    async person(email: string, role: Role = 'user') {
      const passwordHash = await passwords.hash(PASSWORD);
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
      const headers = { 'x-forwarded-for': `198.51.100.${visitors}`, ...sent.headers };
      const body = { email, password: PASSWORD, ...(sent.body as object | undefined) };
      const answer = await server.call('POST', '/api/v1/auth/login', { headers, body });
      if (answer.status !== 200) throw new Error(answer.text);
      const signedIn = answer.json as unknown as SignedIn;
      return {
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
      await Promise.all([test.close(), database.drop()]);
    },
  };
}

/** The refresh cookie that an answer sets, as a browser sends it back. */
export const cookieOf = (answer: Answer): string =>
  /verity_refresh=[^;]*/.exec(answer.headers.get('set-cookie') ?? '')?.[0] ?? '';

/** The code that an authenticator app shows. */
export const codeAt = (secret: string, at: Date): string =>
  generateSync({ secret, epoch: Math.floor(at.getTime() / 1000) });

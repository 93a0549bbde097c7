// Handlers of protected sites: the answer to a reverse proxy, and the way of a browser into a site and out of it.
//
// The platform's own cookie never leaves the platform. A site has a cookie of its own, set on the site through its proxy:
// start (a nonce stays in the browser) -> Verity signs in -> a code for that nonce -> callback on the site -> cookie.
import { Fault } from '@verity/protocol/faults';
import type { siteRoutes } from '@verity/protocol/applications/site-routes';
import type { AccessClaims } from '@verity/protocol/identity/schemas';
import { ACR } from '@verity/protocol/identity/schemas';
import type { ApplicationDirectory } from '@verity/domain/applications/directory';
import type { ApplicationRecord } from '@verity/domain/applications/ports';
import type { SiteSessions } from '@verity/domain/applications/site-ports';
import type { Journal } from '@verity/domain/audit/ports';
import type { CollectorTokens, SecretTokens, SessionRights } from '@verity/domain/identity/ports';
import type { SessionLife } from '@verity/domain/identity/session-life';
import type { Clock } from '@verity/domain/kernel/ports';
import type { SessionId } from '@verity/protocol/ids';
import type { Call, Handlers } from '../http/handler';
import type { Asked, RequestVerdict } from '../http/ports';
import { siteRequest } from './site-request';

const COOKIE = '__Host-verity_site';
const NONCE_COOKIE = '__Host-verity_nonce';
/** Stands for score and band of a session that has neither yet. */
const NOT_SCORED = 'none';
/** So long a browser may take to sign in. */
const NONCE_SECONDS = 15 * 60;

export interface SitePorts {
  directory: Pick<ApplicationDirectory, 'byOrigin'>;
  siteSessions: SiteSessions;
  verifyAccess(token: string): Promise<AccessClaims>;
  life: Pick<SessionLife, 'rightsNow' | 'end'>;
  collector: CollectorTokens;
  tokens: Pick<SecretTokens, 'make' | 'hash'>;
  decideRequest(rights: SessionRights, asked: Asked): Promise<RequestVerdict>;
  seen(session: SessionId): void;
  journal: Journal;
  publicUrl: string;
  clock: Clock;
}

/** What the proxy is told besides the status. */
type Action = 'sign_in' | 'step_up' | 'refuse';

export function siteHandlers(ports: SitePorts): Pick<Handlers, keyof typeof siteRoutes> {
  const { siteSessions, tokens } = ports;

  const siteOf = async (origin: string): Promise<ApplicationRecord> => {
    const site = await ports.directory.byOrigin(origin);
    if (site) return site;
    throw new Fault('not-allowed', `No application has the origin ${origin.slice(0, 200)}.`, {
      fix: 'Add it to the origins of the application in Verity.',
    });
  };

  /** The session behind the cookie of the site, else behind a bearer token; null when there is none that lives. */
  const rightsOf = async (call: Call, origin: string): Promise<SessionRights | null> => {
    const cookie = call.cookies[COOKIE];
    if (cookie) {
      const entry = await siteSessions.entry(tokens.hash(cookie));
      if (entry?.origin === origin) return ports.life.rightsNow(entry.session);
    }
    const bearer = /^bearer +(\S+)$/i.exec(call.headers.authorization ?? '')?.[1];
    if (!bearer) return null;
    const claims = await ports.verifyAccess(bearer);
    const rights = await ports.life.rightsNow(claims.sid);
    return rights?.userId === claims.sub ? rights : null;
  };

  const redirect = (call: Call, location: string) => {
    call.status(302);
    call.setHeader('Location', location);
    return { location };
  };

  return {
    async 'GET /api/v1/authorize'({ query }, call) {
      const asked = siteRequest(call.headers);
      await siteOf(asked.origin);

      const refuse = (action: Action, fault: Fault): { allowed: false } => {
        call.setHeader('X-Verity-Action', action);
        if (action === 'refuse') throw fault;
        const to = `to=${encodeURIComponent(asked.method === 'GET' ? asked.path : '/')}`;
        const location = `/.verity/start?${to}${action === 'step_up' ? '&step_up=1' : ''}`;
        call.setHeader('X-Verity-Location', location);
        if (query.answer === 'status') throw fault;
        redirect(call, location);
        return { allowed: false };
      };

      let rights: SessionRights | null;
      try {
        rights = await rightsOf(call, asked.origin);
      } catch (error) {
        if (error instanceof Fault && error.status === 401) return refuse('sign_in', error);
        throw error;
      }
      if (!rights) {
        const fix = 'Send the browser to the address in X-Verity-Location.';
        return refuse('sign_in', new Fault('not-signed-in', 'Sign in first.', { fix }));
      }
      const verdict = await ports.decideRequest(rights, {
        ...asked,
        requestId: call.requestId,
        route: 'GET /api/v1/authorize',
        // Of a proxy that nobody trusts the address says nothing about the browser behind it.
        address: call.forwarded ? call.address : rights.address,
        sensitivity: 'low',
      });
      const why = rights.stateReason ?? verdict.reasons[0] ?? verdict.ruleName;
      if (verdict.effect === 'terminate') {
        await ports.life.end(rights.id, { state: 'terminated', reason: why, by: 'system:policy' });
        return refuse('sign_in', new Fault('session-ended', why, { fix: 'Sign in again.' }));
      }
      if (rights.state === 'step_up' || verdict.effect === 'step_up') {
        const acrValues = rights.totpEnrolled ? ACR.totp : ACR.password;
        const fix = 'Send the browser to the address in X-Verity-Location.';
        return refuse('step_up', new Fault('step-up-required', why, { fix, acrValues }));
      }
      if (rights.state === 'restricted' || verdict.effect === 'restrict') {
        const reads = asked.method === 'GET' || asked.method === 'HEAD';
        if (!reads || verdict.sensitivity !== 'low') {
          const fix = 'Prove who you are at Verity to have your full rights again.';
          return refuse('refuse', new Fault('session-restricted', why, { fix }));
        }
      }
      ports.seen(rights.id);
      call.setHeader('X-Verity-User', rights.userId);
      call.setHeader('X-Verity-Email', rights.userEmail);
      call.setHeader('X-Verity-Role', rights.role);
      call.setHeader('X-Verity-Session', rights.id);
      // Said even then: a header that the browser made up must not stand in the place of one left out.
      const { risk } = verdict;
      call.setHeader('X-Verity-Risk', risk ? String(Math.round(risk.score)) : NOT_SCORED);
      call.setHeader('X-Verity-Band', risk?.band ?? NOT_SCORED);
      return { allowed: true };
    },

    async 'GET /api/v1/sites/start'({ query }, call) {
      const { origin } = siteRequest(call.headers);
      await siteOf(origin);
      const nonce = tokens.make();
      call.setCookie(NONCE_COOKIE, nonce, {
        maxAgeSeconds: NONCE_SECONDS,
        path: '/',
        sameSite: 'Lax',
      });
      const state = tokens.hash(nonce);
      const search = new URLSearchParams({ origin, to: query.to, state });
      if (query.step_up === '1') search.set('step_up', '1');
      return redirect(call, `${ports.publicUrl}/enter?${search}`);
    },

    async 'POST /api/v1/sites/enter'({ body }, { caller }) {
      const { origin, to, state } = body;
      const site = await siteOf(origin);
      const code = tokens.make();
      const session = caller.rights.id;
      const begun = { session, application: site.id, origin, to, state };
      await siteSessions.addCode(tokens.hash(code), begun);
      return { location: `${origin}/.verity/callback?code=${code}`, application: site.name };
    },

    async 'GET /api/v1/sites/callback'({ query }, call) {
      const { origin } = siteRequest(call.headers);
      const code = await siteSessions.takeCode(tokens.hash(query.code));
      const nonce = call.cookies[NONCE_COOKIE];
      call.clearCookie(NONCE_COOKIE, '/');
      // A code that somebody else began with, or for another site, signs nobody in.
      if (!code || code.origin !== origin || !nonce || tokens.hash(nonce) !== code.state) {
        throw new Fault('link-expired', 'This way into the site was used, or began elsewhere.', {
          fix: 'Open the page again.',
        });
      }
      const rights = await ports.life.rightsNow(code.session);
      if (!rights) throw new Fault('link-expired', 'The session has ended.', { fix: 'Sign in.' });
      const value = tokens.make();
      const seconds = Math.floor((rights.expiresAt - ports.clock().getTime()) / 1000);
      const { session, application } = code;
      await siteSessions.enter(tokens.hash(value), { session, application, origin }, seconds);
      await ports.journal.record({
        actor: `user:${rights.userId}`,
        action: 'auth.site_entered',
        subject: `session:${session}`,
        outcome: 'success',
        address: call.address,
        details: { application: `application:${application}`, origin },
      });
      // Lax: the browser comes here from Verity, and by links from elsewhere.
      call.setCookie(COOKIE, value, { maxAgeSeconds: seconds, path: '/', sameSite: 'Lax' });
      return redirect(call, code.to);
    },

    async 'GET /api/v1/sites/token'(_input, call) {
      const { origin } = siteRequest(call.headers);
      const site = await siteOf(origin);
      const rights = await rightsOf(call, origin);
      if (!rights)
        throw new Fault('not-signed-in', 'Sign in first.', { fix: 'Open the page again.' });
      const { id, userId, role } = rights;
      const made = ports.collector.signCollector({ id, userId, role }, site.id);
      const expiresAt = new Date(ports.clock().getTime() + made.expiresInSeconds * 1000);
      return {
        token: made.token,
        expires_at: expiresAt.toISOString(),
        url: ports.publicUrl,
        script: `${ports.publicUrl}/collector.js`,
      };
    },

    async 'POST /api/v1/sites/sign-out'(_input, call) {
      siteRequest(call.headers);
      const cookie = call.cookies[COOKIE];
      if (cookie) await siteSessions.leave(tokens.hash(cookie));
      call.clearCookie(COOKIE, '/');
      return { done: true, at: ports.clock().toISOString() };
    },
  };
}

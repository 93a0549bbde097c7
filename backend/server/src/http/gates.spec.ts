// Who may pass: every declared route against every caller, in every state of a session.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROLES, SCOPES, type Role, type SessionState } from '@verity/protocol/identity/schemas';
import type { Route } from '@verity/protocol/route';
import { ROUTES, type RouteKey } from '@verity/protocol/routes';
import type { RequestDecision } from './ports';
import { addressOfRoute, doorServer, rightsLike, type SpecServer } from './spec-server';

const KEYS = Object.keys(ROUTES) as RouteKey[];
const routeOf = (key: RouteKey): Route => ROUTES[key];

/** What the doors answer when every gate was passed: a misfit of the input, or the handler's word. */
const PASSED = [400, 409];

let role: Role = 'user';
let state: SessionState = 'active';
let decision: RequestDecision = { effect: 'allow', reasons: [] };
const terminated: string[] = [];
let server: SpecServer;

beforeAll(async () => {
  server = await doorServer({
    sessionRights: () => Promise.resolve(rightsLike({ role, state, stateReason: 'because' })),
    decideRequest: () => decision,
    terminate: (rights, reason) => Promise.resolve(void terminated.push(`${rights.id} ${reason}`)),
  });
});
afterAll(() => server.close());

async function ask(key: RouteKey, headers: Record<string, string> = {}) {
  const { method, path } = addressOfRoute(key);
  return server.call(method, path, { headers });
}

const asRole = { authorization: 'Bearer user' };

describe('who may call', () => {
  it('lets in nobody without a credential, except where anyone is declared', async () => {
    for (const key of KEYS) {
      const { status, headers } = await ask(key);
      if (routeOf(key).who === 'anyone') {
        expect(PASSED, key).toContain(status);
      } else {
        expect(status, key).toBe(401);
        expect(headers.get('www-authenticate'), key).toMatch(/^Bearer/);
      }
    }
  });

  it('lets in exactly the declared roles', async () => {
    for (role of ROLES) {
      for (const key of KEYS) {
        const { who } = routeOf(key);
        const allowed = who === 'anyone' || who.roles.includes(role);
        const { status, json } = await ask(key, asRole);
        if (allowed) expect(PASSED, `${role} ${key}`).toContain(status);
        else expect(json.code, `${role} ${key}`).toBe('not-allowed');
      }
    }
    role = 'user';
  });

  it('lets in API keys by exactly the declared scopes', async () => {
    for (const scope of [...SCOPES, 'none']) {
      for (const key of KEYS) {
        const { who } = routeOf(key);
        const declared = who === 'anyone' || (who.scopes ?? []).includes(scope as never);
        const { status, json } = await ask(key, { 'x-api-key': scope });
        if (declared) expect(PASSED, `${scope} ${key}`).toContain(status);
        else expect(json.code, `${scope} ${key}`).toBe('not-allowed');
      }
    }
  });

  it('refuses two credentials and kinds that it does not know', async () => {
    const two = await ask('GET /api/v1/me', { ...asRole, 'x-api-key': 'x' });
    expect(two.json.detail).toMatch(/two credentials/);
    const basic = await ask('GET /api/v1/me', { authorization: 'Basic YTpi' });
    expect(basic.status).toBe(401);
  });
});

describe('the state of the session', () => {
  it('lets through in step_up only what lifts it, with the challenge of RFC 9470', async () => {
    role = 'admin';
    state = 'step_up';
    for (const key of KEYS) {
      const route = routeOf(key);
      if (route.who === 'anyone') continue;
      if (!route.who.roles.includes('admin')) continue;
      const { status, json, headers } = await ask(key, asRole);
      if (route.whileStepUp) {
        expect(PASSED, key).toContain(status);
        continue;
      }
      expect(status, key).toBe(401);
      expect(json, key).toMatchObject({ code: 'step-up-required', detail: 'because' });
      expect(headers.get('www-authenticate')).toBe(
        'Bearer error="insufficient_user_authentication", error_description="because", acr_values="urn:verity:acr:otp"',
      );
    }
  });

  it('lets through in restricted only reading of what is little sensitive', async () => {
    role = 'admin';
    state = 'restricted';
    for (const key of KEYS) {
      const route = routeOf(key);
      if (route.who === 'anyone' || !route.who.roles.includes('admin')) continue;
      const reads = key.startsWith('GET ') && route.sensitivity === 'low';
      const { status, json } = await ask(key, asRole);
      if (route.whileStepUp || reads) expect(PASSED, key).toContain(status);
      else expect(json.code, key).toBe('session-restricted');
    }
  });

  it('lets nothing through when the session has ended, by whatever road', async () => {
    const gone = await doorServer({ sessionRights: () => Promise.resolve(null) });
    const { path } = addressOfRoute('GET /api/v1/me');
    const answer = await gone.call('GET', path, { headers: asRole });
    expect(answer.json.code).toBe('session-ended');
    expect(answer.headers.get('www-authenticate')).toMatch(/invalid_token/);
    await gone.close();
  });

  it('refuses a token that names the session of somebody else', async () => {
    const other = '01890a5d-ac96-774b-bcce-b302099a8058';
    const mixed = await doorServer({
      sessionRights: () => Promise.resolve(rightsLike({ userId: other as never })),
    });
    const answer = await mixed.call('GET', '/api/v1/me', { headers: asRole });
    expect(answer.json).toMatchObject({ code: 'not-signed-in' });
    await mixed.close();
  });
});

describe('the policy', () => {
  it('challenges, restricts and ends by request', async () => {
    role = 'admin';
    state = 'active';
    decision = { effect: 'step_up', reasons: ['typing unlike yours'] };
    const challenged = await ask('GET /api/v1/users', asRole);
    expect(challenged.json).toMatchObject({
      code: 'step-up-required',
      detail: 'typing unlike yours',
    });
    expect(PASSED).toContain((await ask('POST /api/v1/step-up', asRole)).status);

    decision = { effect: 'restrict', reasons: [] };
    expect((await ask('GET /api/v1/users', asRole)).json.code).toBe('session-restricted');
    expect(PASSED).toContain((await ask('GET /api/v1/me/devices', asRole)).status);

    decision = { effect: 'terminate', reasons: ['a replay'] };
    expect((await ask('GET /api/v1/me', asRole)).json.code).toBe('session-ended');
    expect(terminated).toEqual([`${rightsLike().id} a replay`]);
    decision = { effect: 'allow', reasons: [] };
  });
});

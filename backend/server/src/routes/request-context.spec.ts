// Requests in their context: scored, decided on, remembered by their id, and told to their session once.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createCache } from '@verity/adapters/redis/cache';
import { openTestRedis, type TestRedis } from '@verity/adapters/redis/testing';
import { newId } from '@verity/adapters/world';
import { DEFAULT_POLICY } from '@verity/domain/policy/default-policy';
import type { UserId } from '@verity/protocol/ids';
import type { Policy } from '@verity/protocol/policy/schemas';
import type { FindingMessage } from '@verity/protocol/risk/messages';
import type { Call, UserCaller } from '../http/handler';
import type { Asked } from '../http/ports';
import { rightsLike } from '../http/spec-server';
import { decideRequest } from './decide-request';
import { requestContexts } from './request-context';

let test: TestRedis;
beforeAll(async () => void (test = await openTestRedis()));
afterAll(() => test.close());

const clock = () => new Date();
function world() {
  const findings: FindingMessage[] = [];
  const contexts = requestContexts({
    liveRisk: { get: async () => null },
    cache: createCache({ redis: test.redis, newId }),
    bus: {
      publish: async (_stream: string, payload: unknown) =>
        void findings.push(payload as FindingMessage),
    } as never,
    locate: () => null,
    clock,
    decide: decideRequest({
      standing: () => ({ current: { ...DEFAULT_POLICY, version: 1 } as Policy, trial: null }),
      notes: { note: () => undefined },
      clock,
    }),
    onLost: (error) => {
      throw error;
    },
  });
  const look = (id: string, rights: UserCaller['rights']) =>
    contexts.handlers['GET /api/v1/requests/:id'](
      { params: { id }, query: undefined, body: undefined },
      { caller: { kind: 'user', rights } } as Call<UserCaller>,
    );
  const ask = async (
    rights: UserCaller['rights'],
    address: string,
    elsewhere: Partial<Asked> = {},
  ) => {
    const requestId = newId<string>();
    const asked = {
      requestId,
      route: 'GET /api/v1/me',
      host: null,
      method: 'GET',
      path: '/api/v1/me',
      sensitivity: 'low' as const,
      address,
      ...elsewhere,
    };
    return { requestId, decision: await contexts.decideRequest(rights, asked) };
  };
  return { findings, ask, look };
}

it('remembers a request by its id for its own person and for admins, and for nobody else', async () => {
  const { ask, look } = world();
  const rights = rightsLike({ role: 'user', address: '192.0.2.1' });
  const { requestId, decision } = await ask(rights, '192.0.2.1');
  expect(decision.effect).toBe('allow');
  await expect
    .poll(() => look(requestId, rights))
    .toMatchObject({ request_id: requestId, observations: [], effect: 'allow' });
  expect(await look(requestId, rightsLike({ role: 'admin' }))).toMatchObject({
    address: '192.0.2.1',
  });
  const other = rightsLike({ role: 'user', userId: newId<UserId>() });
  await expect(look(requestId, other)).rejects.toThrow('No request of that id');
  await expect(look(newId<string>(), rights)).rejects.toThrow('No request of that id');
});

it('scores a request from another network by itself while its session has no score, and tells the session once', async () => {
  const { ask, look, findings } = world();
  const rights = rightsLike({ role: 'user', address: '192.0.2.1' });
  const { requestId } = await ask(rights, '198.51.100.7');
  await ask(rights, '198.51.100.8');
  await expect.poll(() => findings).toHaveLength(1);
  expect(findings[0]).toMatchObject({ cause: 'request', observations: [{ source: 'address' }] });
  const context = (await look(requestId, rights)) as Record<string, unknown>;
  expect(context.session_score).toBeNull();
  expect(context.context_score).toBeGreaterThan(10);
});

it('keeps of the requests to a protected site only those that tell something', async () => {
  const { ask, look, findings } = world();
  const rights = rightsLike({ role: 'user', address: '192.0.2.1' });
  const elsewhere = { host: 'intranet.example', route: 'GET /api/v1/authorize', path: '/logo.png' };
  const usual = await ask(rights, '192.0.2.1', elsewhere);
  const moved = await ask(rights, '203.0.113.7', elsewhere);
  await expect
    .poll(() => look(moved.requestId, rights))
    .toMatchObject({
      observations: [{ source: 'address' }],
    });
  await expect(look(usual.requestId, rights)).rejects.toThrow('No request of that id');
  expect(findings).toHaveLength(1);
});

// Authorisation fails closed: what cannot be known is refused, in bounded time, on every process.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openHouse, type House } from './house';
import { ask, type Signed } from './people';
import { until } from './until';

/** A connection that is silent for 10 s is given up; a busy machine adds to it. */
const REFUSED_WITHIN_MS = 15_000;
let house: House;
let ada: Signed;
let gone: Signed;

beforeAll(async () => {
  house = await openHouse({ processes: 2 });
  ada = await house.somebody('ada');
  gone = await house.somebody('gone', 1);
}, 90_000);

afterAll(() => house?.close(), 60_000);

const everywhere = (path: string, token: string) =>
  Promise.all(house.urls.map((url) => ask(url, path, { token })));

it('refuses a revoked session at once: requests, sockets and refreshing, on every process', async () => {
  const sockets = house.urls.map((_, at) => house.typing(gone, at));
  await until('the sockets to be open', async () => {
    for (const socket of sockets) socket.type(1);
    return sockets.every(({ acknowledged }) => acknowledged.length > 0);
  });
  await house.admin.door.call('POST /api/v1/sessions/:id/terminate', {
    params: { id: gone.session },
    body: { reason: 'Stolen' },
  });
  for (const answer of await everywhere('/api/v1/me', gone.token)) {
    expect(answer).toMatchObject({ status: 401, code: 'session-ended' });
  }
  await expect(gone.door.call('POST /api/v1/auth/refresh', {})).rejects.toMatchObject({
    status: 401,
  });
  await until('the sockets to be told', () => sockets.every(({ ended }) => ended));
  const late = house.typing(gone);
  await until('a new socket to be refused', () => late.ended);
}, 60_000);

it('refuses in bounded time while Redis hangs, and serves again when it goes on', async () => {
  const { pid } = house.platform.child('redis');
  process.kill(pid as number, 'SIGSTOP');
  try {
    for (let round = 0; round < 2; round++) {
      for (const answer of await everywhere('/api/v1/me', ada.token)) {
        expect(answer).toMatchObject({ status: 503, code: 'unavailable' });
        expect(answer.milliseconds).toBeLessThan(REFUSED_WITHIN_MS);
      }
    }
  } finally {
    process.kill(pid as number, 'SIGCONT');
  }
  await until('requests to be served', async () =>
    (await everywhere('/api/v1/me', ada.token)).every(({ status }) => status === 200),
  );
  for (const answer of await everywhere('/api/v1/me', gone.token)) {
    expect(answer).toMatchObject({ status: 401, code: 'session-ended' });
  }
}, 60_000);

it('allows nothing more while the policy cannot be read, and starts no process without one', async () => {
  await house.admin.door.call('POST /api/v1/sessions/:id/step-up', {
    params: { id: ada.session },
    body: { reason: 'Prove it' },
  });
  const [first, second] = house.urls as [string, string];
  const { pid } = house.platform.child('mongodb');
  const server = house.platform.child('server-2');
  const old = server.pid;
  process.kill(pid as number, 'SIGSTOP');
  try {
    server.kill();
    await until('a new process', () => server.pid !== undefined && server.pid !== old);
    for (const path of ['/api/v1/me/sessions', '/api/v1/users', '/api/v1/policies/current']) {
      const { status } = await ask(first, path, ada);
      expect([401, 403]).toContain(status);
      // Nobody answers at a process that has no policy.
      expect(await ask(second, path, ada)).toMatchObject({ status: 0 });
    }
    expect(server.isReady).toBe(false);
  } finally {
    process.kill(pid as number, 'SIGCONT');
  }
  await server.untilReady();
  for (const answer of await everywhere('/api/v1/me/sessions', ada.token)) {
    expect(answer).toMatchObject({ status: 401, code: 'step-up-required' });
  }
}, 90_000);

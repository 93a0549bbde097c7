// Collector tokens at the real socket door: which pages may use them, and how little they open.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '@verity/adapters/world';
import type { ApplicationId } from '@verity/protocol/ids';
import {
  connect,
  openWorld,
  until,
  type Person,
  type SocketServer,
  type World,
} from '../../../../scripts/testing/socket-world';

let world: World;
let server: SocketServer;
const SHOP = newId<ApplicationId>();
const OTHER = newId<ApplicationId>();
const origin = 'https://shop.example';

beforeAll(async () => {
  world = await openWorld();
  server = await world.startServer({ recheckMs: 300 });
  for (const [id, handle] of [
    [SHOP, 'shop'],
    [OTHER, 'other'],
  ] as const) {
    await world.stores.applications.add({
      id,
      handle,
      name: handle,
      origins: [`https://${handle}.example`],
      owner: 'admin@spec.example',
      createdAt: new Date(),
    });
  }
});
afterAll(() => world.close());

const user = (application = SHOP): Promise<Person> =>
  world.signIn('user', { applicationId: application, externalUserId: 'u' });

const tokenOf = ({ session }: Person, application = SHOP, ring = world.access): string =>
  ring.signCollector(session, application).token;

const from = (page: string | undefined) => ({ extraHeaders: page ? { origin: page } : {} });

const refusal = async (token: unknown, page: string | undefined): Promise<string> =>
  connect(server.url, token, from(page)).then(
    () => 'let in',
    (error: { data?: { code: string }; message: string }) => error.data?.code ?? 'not connected',
  );

describe('a collector token', () => {
  it('delivers behaviour from a page of its application, and hears of its own session', async () => {
    const person = await user();
    const client = await connect(server.url, tokenOf(person), from(origin));
    expect(await client.batch()).toMatchObject({ ok: true });
    const stages = await world.startStages();
    await client.batch();
    await until(() => client.of('risk_score_update').length > 0, 'the own score');
    await stages.stop();
    await server.life.end(person.session.id, {
      state: 'terminated',
      reason: 'Ended by the spec.',
      by: 'system:spec',
    });
    await client.closed;
    expect(client.of('session_terminated')).toHaveLength(1);
  });

  it('opens nothing else', async () => {
    const client = await connect(server.url, tokenOf(await user()), from(origin));
    for (const event of ['join_user_room', 'join_admin_room', 'subscribe_risk_score']) {
      const answer = await client.send(event, {});
      expect(answer, event).toMatchObject({ ok: false, problem: { code: 'not-allowed' } });
    }
    expect(await client.send('ping', {})).toMatchObject({ ok: true });
    client.socket.close();
  });

  it('is refused from pages of other applications, unknown pages, and from no page', async () => {
    const token = tokenOf(await user());
    expect(await refusal(token, 'https://other.example')).toBe('not-allowed');
    expect(await refusal(token, 'https://nobody.example')).toBe('not connected');
    expect(await refusal(token, undefined)).toBe('not-allowed');
  });

  it('is refused when forged, expired, or meant for another audience', async () => {
    const person = await user();
    const token = tokenOf(person);
    const [head, body, signature] = token.split('.') as [string, string, string];
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as object;
    const other = Buffer.from(JSON.stringify({ ...claims, app: OTHER })).toString('base64url');
    expect(await refusal(`${head}.${other}.${signature}`, 'https://other.example')).toBe(
      'not-signed-in',
    );
    const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
    expect(await refusal(`${none}.${body}.`, origin)).toBe('not-signed-in');
    expect(await refusal(person.token, origin)).toBe('not-allowed');
  });

  it('is refused when its ten minutes are over', async () => {
    const person = await user();
    const past = await world.ringAt(new Date(Date.now() - 11 * 60_000));
    expect(await refusal(tokenOf(person, SHOP, past), origin)).toBe('token-expired');
  });

  it('is refused within seconds once its page is no longer one of the application', async () => {
    const [id, page] = [newId<ApplicationId>(), 'https://moving.example'];
    await world.stores.applications.add({
      id,
      handle: 'moving',
      name: 'moving',
      origins: [page],
      owner: 'admin@spec.example',
      createdAt: new Date(),
    });
    const token = tokenOf(await user(id), id);
    const client = await connect(server.url, token, from(page));
    client.socket.close();
    await world.stores.applications.change(id, { origins: [] });
    await until(async () => (await refusal(token, page)) !== 'let in', 'the refusal', 5_000);
  });
});

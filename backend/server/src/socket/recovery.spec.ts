// What a client missed while it was away: from another server, after a restart, within its rights, and only so far back.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RiskMessage } from '@verity/protocol/risk/messages';
import type { Resume, Seen } from '@verity/protocol/realtime/handshake';
import {
  connect,
  openWorld,
  until,
  type Client,
  type Person,
  type SocketServer,
  type World,
} from '../../../../scripts/testing/socket-world';

let world: World;
let one: SocketServer;
let two: SocketServer;

beforeAll(async () => {
  world = await openWorld();
  [one, two] = await Promise.all([world.startServer(), world.startServer()]);
});
afterAll(() => world.close());

const ADMIN_ROOMS = ['admin', 'alerts'];

const score = (person: Pick<Person, 'session'>, batchSeq: number): RiskMessage => ({
  session_id: person.session.id,
  user_id: person.session.userId,
  risk_score: 10,
  log_odds: -2.2,
  band: 'low',
  model_state: 'ready',
  at: new Date().toISOString(),
  batch_seq: batchSeq,
  cause: 'batch',
  contributions: [],
});

const publish = (person: Person, batchSeq: number): Promise<string> =>
  world.bus.publish('stream:risk', score(person, batchSeq));

const announce = (title: string): void =>
  one.hub.announcer.announce('admin_notification', ['admin'], {
    kind: 'system',
    title,
    body: '',
    link: null,
    at: new Date().toISOString(),
  });

interface CaughtUp {
  seen: Required<Seen>;
  complete: boolean;
}

const caughtUp = (client: Client): Promise<CaughtUp> =>
  until(() => client.of<CaughtUp>('caught_up')[0], 'being caught up');

/** Comes back as the client of the platform does. */
async function comeBack(
  server: SocketServer,
  person: Person,
  resume: Resume,
): Promise<{ client: Client; end: CaughtUp }> {
  const client = await connect(server.url, person.token, {
    auth: { token: person.token, resume },
  });
  return { client, end: await caughtUp(client) };
}

const titles = (client: Client): unknown[] =>
  client.of('admin_notification').map(({ title }) => title);

describe('a client that comes back', () => {
  it('gets on another server the newest score of each session and every announcement, once', async () => {
    const [boss, ...people] = await Promise.all([
      world.signIn('admin'),
      world.signIn(),
      world.signIn(),
    ]);
    const before = await connect(one.url, boss.token);
    for (const channel of [undefined, 'alerts'] as const) {
      await before.send('join_admin_room', channel ? { channel } : {});
    }
    await caughtUp(before);
    announce('seen');
    await Promise.all(people.map((person) => publish(person, 1)));
    await until(() => before.of('risk_score_update').length >= 2, 'scores');
    await until(() => titles(before).length === 1, 'the announcement');
    const seen: Seen = {
      risk: before.of<{ event_id: string }>('risk_score_update').at(-1)!.event_id,
      announcements: before.of<{ event_id: string }>('admin_notification').at(-1)!.event_id,
    };
    before.socket.close();

    for (const title of ['missed 1', 'missed 2']) announce(title);
    for (const seq of [2, 3, 4]) for (const person of people) await publish(person, seq);
    await until(() => two.hub.gauge().connections === 0, 'nobody');

    const { client, end } = await comeBack(two, boss, { seen, rooms: ADMIN_ROOMS });
    expect(end.complete).toBe(true);
    expect(client.of('connection_response')[0]).toMatchObject({
      rooms: expect.arrayContaining(ADMIN_ROOMS) as unknown,
    });
    await until(() => titles(client).length === 2, 'what was missed');
    expect(titles(client)).toEqual(['missed 1', 'missed 2']);
    const mine = client
      .of<{ session_id: string; batch_seq: number }>('risk_score_update')
      .filter(({ session_id }) => people.some(({ session }) => session.id === session_id));
    expect(mine.map(({ batch_seq }) => batch_seq)).toEqual([4, 4]);

    announce('live');
    await until(() => titles(client).includes('live'), 'what is new');
    expect(titles(client)).toEqual(['missed 1', 'missed 2', 'live']);
    client.socket.close();
  });

  it('gets what it missed from a server that was started meanwhile', async () => {
    const boss = await world.signIn('admin');
    const before = await connect(one.url, boss.token);
    const { seen } = await caughtUp(before);
    before.socket.close();
    announce('while it was away');
    await publish(boss, 7);
    const fresh = await world.startServer();
    const { client, end } = await comeBack(fresh, boss, { seen, rooms: ADMIN_ROOMS });
    expect(end.complete).toBe(true);
    expect(titles(client)).toEqual(['while it was away']);
    expect(client.of('risk_score_update')).toMatchObject([{ batch_seq: 7 }]);
    client.socket.close();
    await fresh.close();
  });

  it('gets nothing again that it has seen, although the new server hears of it only now', async () => {
    const boss = await world.signIn('admin');
    const { client: before, end } = await comeBack(one, boss, { seen: {}, rooms: ADMIN_ROOMS });
    const [ms = 0, seq = 0] = end.seen.announcements.split('-').map(Number);
    before.socket.close();
    // As if the other server had been quicker: the next entry is known to the client already.
    const ahead = `${Math.max(ms, Date.now()) + 400}-${seq}`;
    const { client } = await comeBack(two, boss, {
      seen: { ...end.seen, announcements: ahead },
      rooms: ADMIN_ROOMS,
    });
    announce('known');
    await new Promise((resolve) => setTimeout(resolve, 500));
    announce('new');
    await until(() => titles(client).length > 0, 'what is new');
    expect(titles(client)).toEqual(['new']);
    client.socket.close();
  });

  it('is let into no room, and told nothing, that it may not know any more', async () => {
    const [boss, victim] = await Promise.all([world.signIn('admin'), world.signIn()]);
    const { seen } = await caughtUp(await connect(one.url, boss.token));
    announce('for admins');
    await publish(victim, 1);
    const rights = await world.rights.get(boss.session.id);
    await world.rights.put({ ...rights!, role: 'user', rightsVersion: 2 });
    const rooms = [...ADMIN_ROOMS, `risk:${victim.session.id}`, `user:${victim.session.userId}`];
    const { client } = await comeBack(two, boss, {
      seen,
      rooms: [...rooms, `user:${boss.session.userId}`, 'session:x', '__proto__'],
    });
    expect(client.of('connection_response')[0]).toMatchObject({
      rooms: ['authenticated', `session:${boss.session.id}`, `user:${boss.session.userId}`],
    });
    expect(client.of('admin_notification')).toEqual([]);
    expect(client.of('risk_score_update')).toEqual([]);
    client.socket.close();
  });

  it('is told to read its lists again when it was away for too long', async () => {
    const boss = await world.signIn('admin');
    const { client, end } = await comeBack(one, boss, {
      seen: { risk: '1-0', announcements: '1-0' },
      rooms: [],
    });
    // Nothing was ever trimmed: all that happened is still there.
    expect(end.complete).toBe(true);
    client.socket.close();
    await world.redis.commands.xtrim('stream:announcements', 'MAXLEN', 1);
    const fresh = await world.startServer();
    const late = await comeBack(fresh, boss, {
      seen: { ...end.seen, announcements: '1-0' },
      rooms: [],
    });
    expect(late.end.complete).toBe(false);
    const soon = await comeBack(fresh, boss, { seen: end.seen, rooms: [] });
    expect(soon.end.complete).toBe(true);
    await fresh.close();
  });

  it('is refused with a reason when what it claims to have seen is no id', async () => {
    const { token } = await world.signIn();
    for (const resume of [
      null,
      'x',
      { seen: { risk: 'yesterday' }, rooms: [] },
      { seen: {}, rooms: 'admin' },
      { seen: {}, rooms: new Array(51).fill('admin') },
      { seen: { other: '1-0' }, rooms: [] },
    ]) {
      const refusal = await connect(one.url, token, { auth: { token, resume } }).catch(
        (error: unknown) => error,
      );
      expect((refusal as { data?: { code: string } }).data?.code).toBe('invalid-input');
    }
    const far = await connect(one.url, token, {
      auth: { token, resume: { seen: { risk: '9999999999999-0' }, rooms: [] } },
    });
    expect((await caughtUp(far)).complete).toBe(false);
  });

  it('learns from the refusal of the handshake that its session has ended', async () => {
    const person = await world.signIn();
    const { seen } = await caughtUp(await connect(one.url, person.token));
    await one.life.end(person.session.id, { state: 'terminated', reason: 'Enough.', by: 'test' });
    const refusal = await comeBack(two, person, { seen, rooms: [] }).catch((e: unknown) => e);
    expect((refusal as { data?: unknown }).data).toMatchObject({ code: 'session-ended' });
  });
});

describe('a policy that was replaced twice', () => {
  it('is announced once to who was away', async () => {
    const person = await world.signIn();
    const { seen } = await caughtUp(await connect(one.url, person.token));
    for (const version of [2, 3]) {
      one.hub.announcer.announce('policy_update', ['authenticated'], {
        version,
        change: 'in_force',
        author: 'test',
        reason: '',
        at: new Date().toISOString(),
      });
    }
    await until(
      async () => (await world.redis.commands.xlen('stream:announcements')) > 1,
      'the stream',
    );
    const { client } = await comeBack(two, person, { seen, rooms: [] });
    await until(() => client.of('policy_update').length > 0, 'the policy');
    expect(client.of('policy_update').at(-1)).toMatchObject({ version: 3 });
    client.socket.close();
  });
});

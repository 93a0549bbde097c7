// The socket server over real Redis and MongoDB with real clients: handshake, door, rooms, and what it does to the unruly.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '@verity/adapters/world';
import type { SessionId, UserId } from '@verity/protocol/ids';
import type { RiskMessage } from '@verity/protocol/risk/messages';
import { TELEMETRY_LIMITS } from '@verity/protocol/telemetry/schemas';
import {
  connect,
  measured,
  openWorld,
  until,
  type Client,
  type SocketServer,
  type World,
} from '../../../../scripts/testing/socket-world';
import { MOST_KEPT } from './outbox';

let world: World;
let server: SocketServer;
let other: SocketServer;
/** Never looks at tokens and rights by itself, so that what happens in between can be seen. */
let slow: SocketServer;

beforeAll(async () => {
  world = await openWorld();
  [server, other, slow] = await Promise.all([
    world.startServer({ recheckMs: 200 }),
    world.startServer({ recheckMs: 200 }),
    world.startServer({ recheckMs: 600_000 }),
  ]);
});
afterAll(() => world.close());

const codeOf = (answer: unknown): unknown =>
  (answer as { problem?: { code: string } }).problem?.code;
const codeOfRefusal = (error: unknown): unknown =>
  (error as { data?: { code: string } }).data?.code;

describe('the handshake', () => {
  it('greets a live session with its clock, its name and the number of its next batch', async () => {
    const { session, token } = await world.signIn();
    const client = await connect(server.url, token);
    expect(client.of('connection_response')[0]).toMatchObject({
      session_id: session.id,
      user_id: session.userId,
      role: 'user',
      next_seq: 0,
    });
    await client.batch();
    client.socket.close();
    expect((await connect(other.url, token)).nextSeq).toBe(1);
  });

  it('refuses no token, nonsense, alg none, a foreign key id and a changed claim', async () => {
    const { token } = await world.signIn();
    const [head, claims = '', signature] = token.split('.');
    const part = (value: object): string =>
      Buffer.from(JSON.stringify(value)).toString('base64url');
    const changed = part({
      ...(JSON.parse(Buffer.from(claims, 'base64url').toString()) as object),
      role: 'admin',
    });
    for (const forged of [
      undefined,
      { $gt: '' },
      '',
      'nonsense',
      'x'.repeat(5_000),
      `${part({ alg: 'none', typ: 'JWT' })}.${claims}.`,
      `${part({ alg: 'ES256', typ: 'JWT', kid: 'nobody' })}.${claims}.${signature}`,
      `${head}.${changed}.${signature}`,
    ]) {
      const refusal = await connect(server.url, forged).catch((error: unknown) => error);
      expect(codeOfRefusal(refusal)).toBe('not-signed-in');
    }
  });

  it('refuses the token of a session that has ended', async () => {
    const { session, token } = await world.signIn();
    await server.life.end(session.id, { state: 'logged_out', reason: 'Bye.', by: 'test' });
    const refusal = await connect(server.url, token).catch((error: unknown) => error);
    expect(codeOfRefusal(refusal)).toBe('session-ended');
  });

  it('refuses pages of other origins, whatever token they hold', async () => {
    const { token } = await world.signIn();
    const refusal = await connect(server.url, token, {
      extraHeaders: { origin: 'https://evil.example' },
    }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(Error);
  });
});

describe('the door of telemetry', () => {
  it('acknowledges a batch once it lies in the bus, and attributes it by the token', async () => {
    const { session, token } = await world.signIn();
    const client = await connect(server.url, token);
    expect(await client.batch()).toEqual({ ok: true, value: { seq: 0 } });
    const entries = await world.redis.commands.xrevrange('stream:telemetry', '+', '-', 'COUNT', 1);
    expect(entries[0]?.[1][1]).toContain(session.id);
  });

  it('refuses what is malformed and names it, without a crash', async () => {
    const { token } = await world.signIn();
    const client = await connect(server.url, token);
    const good = measured(0);
    const bad: unknown[] = [
      null,
      'text',
      42,
      [],
      {},
      Buffer.from('binary'),
      { ...good, seq: -1 },
      { ...good, nonce: 'short' },
      { ...good, nonce: { $gt: '' } },
      { ...good, keystrokes: [[1, 2]] },
      { ...good, keystrokes: [[1, 2, Number.NaN]] },
      { ...good, mouseMovements: new Array(601).fill([1, 2, 3]) },
      { ...good, user_id: 'somebody else' },
      JSON.parse('{"__proto__": {"polluted": true}, "seq": 0}'),
    ];
    for (const payload of bad) {
      expect(codeOf(await client.send('behavioral_data', payload))).toBe('invalid-input');
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(codeOf(await client.send('behavioral_data', good, good))).toBe('invalid-input');
    expect(await client.batch()).toMatchObject({ ok: true });
  });

  it('refuses the future, the past, the repeated, the replayed and what is far out of order', async () => {
    const { session, token } = await world.signIn();
    const client = await connect(server.url, token);
    const first = measured(0);
    const answers = [
      await client.batch({ started_at: Date.now() + TELEMETRY_LIMITS.futureMs + 1_000 }),
      await client.batch({ started_at: Date.now() - TELEMETRY_LIMITS.lateMs - 1_000 }),
      await client.send('behavioral_data', first),
      await client.send('behavioral_data', first),
      await client.send('behavioral_data', { ...first, seq: 5, nonce: measured(0).nonce }),
      await client.send('behavioral_data', measured(5 + TELEMETRY_LIMITS.orderWindow * 2)),
    ];
    expect(answers.map(codeOf)).toEqual([
      'from-the-future',
      'too-late',
      undefined,
      'duplicate',
      'replayed',
      'out-of-order',
    ]);
    expect(server.count.refused).toMatchObject({ replayed: 1, 'from-the-future': 1 });
    const alerts = await world.redis.commands.xrevrange('stream:alerts', '+', '-', 'COUNT', 1);
    expect(alerts[0]?.[1][1]).toContain(`replayed_telemetry:${session.id}`);
    const findings = await world.redis.commands.xrevrange('stream:findings', '+', '-', 'COUNT', 1);
    expect(findings[0]?.[1][1]).toContain('"cause":"replay"');
  });

  it('cuts a connection that sends more than a batch may have', async () => {
    const { token } = await world.signIn();
    const client = await connect(server.url, token);
    client.socket.emit('behavioral_data', { ...measured(0), nonce: 'x'.repeat(70_000) });
    expect(await client.closed).toBe('transport close');
    expect((await connect(server.url, token)).nextSeq).toBe(0);
  });

  it('takes an event without an acknowledgement', async () => {
    const { token } = await world.signIn();
    const client = await connect(server.url, token);
    client.socket.emit('ping', {});
    client.socket.emit('ping', 'nonsense');
    await until(() => client.of('pong').length === 1, 'pong');
  });
});

describe('rooms', () => {
  it('lets nobody but admins into their rooms, nor anybody at the score of others', async () => {
    const [mine, yours, boss] = await Promise.all([
      world.signIn(),
      world.signIn(),
      world.signIn('admin'),
    ]);
    const client = await connect(server.url, mine.token);
    expect(codeOf(await client.send('join_admin_room', {}))).toBe('not-allowed');
    expect(codeOf(await client.send('join_admin_room', { channel: 'alerts' }))).toBe('not-allowed');
    expect(
      codeOf(await client.send('subscribe_risk_score', { session_id: yours.session.id })),
    ).toBe('not-allowed');
    expect(codeOf(await client.send('join_user_room', { user_id: yours.session.userId }))).toBe(
      'invalid-input',
    );
    expect(codeOf(await client.send('no_such_event', {}))).toBe('not-found');
    expect(await client.send('join_user_room', {})).toEqual({
      ok: true,
      value: { room: `user:${mine.session.userId}` },
    });
    const admin = await connect(server.url, boss.token);
    expect(await admin.send('join_admin_room', { channel: 'alerts' })).toMatchObject({ ok: true });
    expect(
      await admin.send('subscribe_risk_score', { session_id: yours.session.id }),
    ).toMatchObject({ ok: true, value: { current: null } });
    expect(admin.of('room_joined')).toHaveLength(2);
  });

  it('reaches a room on every server, and an admin who watches a session outlives it', async () => {
    const [victim, boss] = await Promise.all([world.signIn(), world.signIn('admin')]);
    const [one, two, watching] = await Promise.all([
      connect(server.url, victim.token),
      connect(other.url, victim.token),
      connect(other.url, boss.token),
    ]);
    await watching.send('subscribe_risk_score', { session_id: victim.session.id });
    await server.life.end(victim.session.id, {
      state: 'terminated',
      reason: 'Enough.',
      by: 'test',
    });
    expect(await one.closed).toBe('io server disconnect');
    expect(await two.closed).toBe('io server disconnect');
    for (const client of [one, two]) {
      expect(client.of('session_terminated')[0]).toMatchObject({ reason: 'Enough.' });
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(watching.socket.connected).toBe(true);
    expect(watching.of('session_terminated')).toEqual([]);
  });

  it('takes an admin who must step up out of their rooms at once, on every server', async () => {
    const boss = await world.signIn('admin');
    const admin = await connect(other.url, boss.token);
    await admin.send('join_admin_room', {});
    const say = (title: string): void =>
      server.hub.announcer.announce('admin_notification', ['admin'], {
        kind: 'system',
        title,
        body: '',
        link: null,
        at: new Date().toISOString(),
      });
    say('before');
    await until(() => admin.of('admin_notification').length === 1, 'the first notification');
    await server.life.change(boss.session.id, { state: 'step_up', reason: 'Why?', by: 'test' });
    server.hub.rightsChanged(boss.session.id);
    await new Promise((resolve) => setTimeout(resolve, 100));
    say('after');
    expect(codeOf(await admin.send('join_admin_room', {}))).toBe('step-up-required');
    expect(await admin.send('join_user_room', {})).toMatchObject({ ok: true });
    expect(
      admin.of<{ title: string }>('admin_notification').map(({ title }) => title),
    ).not.toContain('after');
  });
});

describe('during the connection', () => {
  it('closes a session that ended behind the back of every announcement', async () => {
    const { session, token } = await world.signIn();
    const client = await connect(server.url, token);
    const ended = await world.stores.sessions.changeRights(session.id, {
      state: 'terminated',
      stateReason: 'Gone.',
      endedAt: new Date(),
    });
    const there = await world.rights.get(session.id);
    if (there)
      await world.rights.put({ ...there, state: 'terminated', rightsVersion: ended.rightsVersion });
    expect(await client.closed).toBe('io server disconnect');
    expect(client.of('session_terminated')).toHaveLength(1);
  });

  it('refuses with token-expired once the token has run out, without ending the session', async () => {
    const { session, token: lasting } = await world.signIn();
    const { token } = world.shortAccess.sign(session);
    const client = await connect(slow.url, token);
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    expect(codeOf(await client.send('ping', {}))).toBe('token-expired');
    const refusal = await connect(slow.url, token).catch((error: unknown) => error);
    expect(codeOfRefusal(refusal)).toBe('token-expired');
    expect((await connect(slow.url, lasting)).socket.connected).toBe(true);
  });

  it('closes at the next look when the token has run out, and says nothing of an end', async () => {
    const { session } = await world.signIn();
    const client = await connect(server.url, world.shortAccess.sign(session).token);
    expect(await client.closed).toBe('io server disconnect');
    expect(client.of('session_terminated')).toEqual([]);
  });
});

describe('the unruly', () => {
  it('answers a flood with too-fast, then cuts the connection, and serves everybody else', async () => {
    const [flooding, calm] = await Promise.all([world.signIn(), world.signIn()]);
    const flood = await connect(server.url, flooding.token);
    const client = await connect(server.url, calm.token);
    const codes: unknown[] = [];
    const ping = (times: number): void => {
      for (let sent = 0; sent < times; sent++) {
        flood.socket.emit('ping', {}, (answer: unknown) => codes.push(codeOf(answer)));
      }
    };
    ping(100);
    await until(() => codes.length === 100, 'the answers to a burst');
    expect(codes.filter((code) => code === 'too-fast')).toHaveLength(96);
    ping(5_000);
    expect(await flood.closed).toBe('transport close');
    expect(codes.length).toBeLessThan(400);
    expect(await client.batch()).toMatchObject({ ok: true });
  });

  it('keeps the newest score of a session and so many other events for a reader that does not read', async () => {
    const [boss, mate] = await Promise.all([world.signIn('admin'), world.signIn('admin')]);
    const reader = await connect(server.url, boss.token);
    const quick = await connect(server.url, mate.token);
    await Promise.all([reader.send('join_admin_room', {}), quick.send('join_admin_room', {})]);
    const raw = (
      reader.socket.io.engine as unknown as {
        transport: { ws: { _socket: { pause(): void; resume(): void } } };
      }
    ).transport.ws._socket;
    raw.pause();
    const sessions = Array.from({ length: 40 }, () => newId<SessionId>());
    const user = newId<UserId>();
    const value = 'x'.repeat(280);
    const notified = 1_500;
    const ROUNDS = 300;
    for (let round = 0; round < ROUNDS; round++) {
      await Promise.all(
        sessions.map((session) =>
          world.bus.publish('stream:risk', riskOf(session, user, round, value)),
        ),
      );
    }
    // Long enough that no buffer of the operating system takes them all.
    for (let at = 0; at < notified; at++) {
      server.hub.announcer.announce('admin_notification', ['admin'], {
        kind: 'system',
        title: `${at}`,
        body: value,
        link: null,
        at: new Date().toISOString(),
      });
    }
    const total = ROUNDS * sessions.length;
    await until(() => quick.of('admin_notification').length === notified, 'each notification');
    await until(() => quick.of('risk_score_update').length > 0, 'the quick reader', 20_000);
    await until(() => newestOf(quick, sessions).every((seq) => seq === ROUNDS - 1), 'the end');
    expect(server.hub.gauge().waiting).toBeGreaterThan(0);
    expect(server.hub.gauge().waiting).toBeLessThanOrEqual(2 * sessions.length + MOST_KEPT);
    raw.resume();
    await until(() => reader.of('caught_up').some(({ complete }) => !complete), 'being told');
    await until(() => newestOf(reader, sessions).every((seq) => seq === ROUNDS - 1), 'the newest');
    expect(reader.of('risk_score_update').length).toBeLessThan(total);
    await until(() => server.hub.gauge().waiting === 0, 'nothing to wait');
    const heard = reader.of<{ title: string }>('admin_notification').map(({ title }) => +title);
    expect(heard.at(-1)).toBe(notified - 1);
    expect(heard).toEqual([...heard].sort((a, b) => a - b));
    expect(heard.length).toBeLessThan(notified);
  }, 60_000);
});

describe('statistics', () => {
  it('count connections, people and rooms over all servers', async () => {
    const { token, session } = await world.signIn();
    const before = (await server.hub.statistics()).realtime;
    const [one, two] = [await connect(server.url, token), await connect(other.url, token)];
    await one.send('join_user_room', {});
    const { realtime } = await other.hub.statistics();
    expect(realtime.total_connections).toBe(before.total_connections + 2);
    expect(realtime.unique_users).toBe(before.unique_users + 1);
    expect(realtime.rooms).toBe(before.rooms + 2);
    expect(session.id).toBeTruthy();
    one.socket.close();
    two.socket.close();
  });
});

function riskOf(session: SessionId, user: UserId, round: number, value: string): RiskMessage {
  const at = new Date().toISOString();
  const part = { weight: 0, log_odds: 0, observed_at: at };
  return {
    session_id: session,
    user_id: user,
    risk_score: 10,
    log_odds: -2.2,
    band: 'low',
    model_state: 'ready',
    at,
    batch_seq: round,
    cause: 'batch',
    contributions: (['keystroke', 'mouse', 'device', 'address'] as const).map((source) => ({
      source,
      value,
      ...part,
    })),
  };
}

const newestOf = (client: Client, sessions: SessionId[]): number[] => {
  const newest = new Map<string, number>();
  for (const update of client.of<{ session_id: string; batch_seq: number }>('risk_score_update')) {
    newest.set(update.session_id, update.batch_seq);
  }
  return sessions.map((session) => newest.get(session) ?? -1);
};

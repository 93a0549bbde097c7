// The whole pipeline over real Redis and MongoDB: from a batch at the door to the record of what was decided about it.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '@verity/adapters/world';
import { replaySignal, verdictSignal } from '@verity/domain/risk/signals';
import type { RiskMessage } from '@verity/protocol/risk/messages';
import type { Message, StreamName } from '@verity/protocol/streams';
import { bundle } from '../../../../scripts/bundle.mjs';
import {
  connect,
  openWorld,
  until,
  type Person,
  type SocketServer,
  type World,
} from '../../../../scripts/testing/socket-world';
import { verifiedLog } from '../../../../scripts/testing/verified-log';

let world: World;

beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

async function messages<S extends StreamName>(stream: S): Promise<Message<S>[]> {
  const entries = await world.redis.commands.xrange(stream, '-', '+');
  return entries.map(([, fields]) => JSON.parse(fields[1] as string) as Message<S>);
}

const notMe = ({ session }: Person) =>
  world.bus.publish('stream:findings', {
    session_id: session.id,
    user_id: session.userId,
    observed_at: new Date().toISOString(),
    cause: 'verdict',
    observations: [verdictSignal('not_me', 'admin'), replaySignal()],
  });

describe('the pipeline', () => {
  let server: SocketServer;
  let other: SocketServer;

  beforeEach(async () => {
    [server, other] = await Promise.all([world.startServer(), world.startServer()]);
  });

  it('answers each batch with a score to the session, its person and the admins, and keeps its course', async () => {
    await world.startStages();
    const [person, boss] = await Promise.all([world.signIn(), world.signIn('admin')]);
    const second = await world.signIn('user', { userId: person.session.userId });
    const client = await connect(server.url, person.token);
    const elsewhere = await connect(other.url, second.token);
    const admin = await connect(other.url, boss.token);
    await Promise.all([elsewhere.send('join_user_room', {}), admin.send('join_admin_room', {})]);
    for (let sent = 0; sent < 6; sent++) await client.batch();
    for (const listener of [client, elsewhere, admin]) {
      await until(
        () =>
          listener.of<RiskMessage>('risk_score_update').some(({ batch_seq }) => batch_seq === 5),
        'the score of the last batch',
      );
    }
    const update = client.of<RiskMessage & { event_id: string }>('risk_score_update').at(-1);
    const sum = update?.contributions.reduce((total, { log_odds }) => total + log_odds, 0);
    expect(sum).toBe(update?.log_odds);
    expect(update?.event_id).toMatch(/^\d+-\d+$/);
    expect(await world.liveRisk.get(person.session.id)).toMatchObject({ batch_seq: 5 });
    await until(
      async () => (await world.stores.riskHistory.ofSession(person.session.id, new Date(0))).length,
      'a point of the course',
    );
  });

  it('ends a session in its midst on every server, and can prove afterwards why', async () => {
    await world.startStages();
    const [victim, boss] = await Promise.all([world.signIn(), world.signIn('admin')]);
    const [one, two, admin] = await Promise.all([
      connect(server.url, victim.token),
      connect(other.url, victim.token),
      connect(other.url, boss.token),
    ]);
    await admin.send('join_admin_room', { channel: 'alerts' });
    await one.batch();
    await until(() => one.of('risk_score_update').length > 0, 'the first score');
    await notMe(victim);
    expect(await one.closed).toBe('io server disconnect');
    expect(await two.closed).toBe('io server disconnect');
    expect(one.of('session_terminated')).toHaveLength(1);
    const refusal = await connect(server.url, victim.token).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ data: { code: 'session-ended' } });

    const ended = await world.stores.sessions.byId(victim.session.id);
    expect(ended).toMatchObject({ state: 'terminated' });
    expect(ended?.stateReason).toContain('this was not you');
    await until(() => admin.of('threat_alert').length > 0, 'the alert');
    const decided = await until(async () => {
      const { items } = await world.stores.decisions.ofSession(victim.session.id, { limit: 10 });
      return items.find(({ effect }) => effect === 'terminate');
    }, 'the decision in the store');
    expect(decided).toMatchObject({ previous_effect: 'allow', rule_id: 'extreme-ends' });
    const actions = await until(async () => {
      const { items } = await world.stores.auditEntries.list(
        { subject: `session:${victim.session.id}` },
        { limit: 20 },
      );
      return items.length >= 3 && items.map(({ record }) => record.action);
    }, 'the audit records');
    expect(actions).toEqual(
      expect.arrayContaining(['session.decision', 'session.decision', 'session.terminated']),
    );
    expect(await verifiedLog(world)).toMatchObject({ found: 0 });
  });

  it('holds an attack against the sessions near it, and makes one alert of it', async () => {
    await world.startStages();
    const person = await world.signIn();
    const attack = {
      event_id: newId<string>(),
      sensor: 'honeypot-1',
      facility_id: null,
      source_address: person.session.address,
      protocol: 'ssh',
      action: 'sudo rm -rf /',
      technique: 'T1485',
      severity: 'critical' as const,
      observed_at: new Date().toISOString(),
    };
    await world.bus.publish('stream:attacks', attack);
    await world.bus.publish('stream:attacks', { ...attack, event_id: newId<string>() });
    const risk = await until(
      () => world.liveRisk.get(person.session.id),
      'the score of the session near it',
    );
    expect(risk.contributions.map(({ source }) => source)).toContain('threat');
    const alert = await until(async () => {
      const { items } = await world.stores.alerts.list({}, { limit: 10 });
      return items.find(({ kind, count }) => kind === 'attack' && count === 2);
    }, 'the alert of both attacks');
    expect(alert).toMatchObject({ severity: 'critical', session_id: null });
  });

  it('keeps the last minute of a facility’s traffic as one value', async () => {
    await world.startStages();
    const traffic = (second: number) => ({
      facility_id: 'plant-a',
      sensor: 'tap-1',
      from: new Date(Date.UTC(2026, 10, 21, 12, 0, second)).toISOString(),
      to: new Date(Date.UTC(2026, 10, 21, 12, 0, second + 1)).toISOString(),
      packets_per_sec: second,
      bytes_per_sec: 0,
      unique_src_ips: 1,
      unique_dest_ips: 1,
      protocol_distribution: { tcp: 1 },
      failed_connections: 0,
      raw_features: {},
    });
    await Promise.all(
      [0, 1, 2, 90].map((second) => world.bus.publish('stream:network', traffic(second))),
    );
    const kept = await until(async () => {
      const json = await world.redis.commands.get('context:plant-a');
      const windows = JSON.parse(json ?? '[]') as { packets_per_sec: number }[];
      return windows.some(({ packets_per_sec }) => packets_per_sec === 90) && windows;
    }, 'the context');
    expect(kept).toHaveLength(1);
  });

  it('learns a person from the first minutes, and weighs what comes after by the model', async () => {
    await world.startStages();
    const person = await world.signIn();
    const client = await connect(server.url, person.token);
    // Kept offline and sent afterwards, so that the minutes pass quickly.
    type Click = [number, number, number, number, number];
    let measuredAt = Date.now() - 300_000;
    const send = async (batches: number): Promise<void> => {
      for (let sent = 0; sent < batches; sent++) {
        measuredAt += 1_000;
        const clicks = [300, 800].map((ms): Click => [ms, 40, 40, 0, 60 + Math.random() * 60]);
        const answer = await client.batch({ started_at: measuredAt, clicks });
        expect(answer).toMatchObject({ ok: true });
        await new Promise((resolve) => setTimeout(resolve, 110));
      }
    };
    await send(60);
    const model = await until(
      () => world.stores.behaviourModels.newest(person.session.userId, 'mouse'),
      'a model of mouse movement',
      60_000,
    );
    expect(model.version).toBeGreaterThanOrEqual(1);
    expect(model.windows).toBeGreaterThanOrEqual(80);
    await until(
      async () => {
        await send(5);
        return client
          .of<RiskMessage>('risk_score_update')
          .some(({ contributions }) => contributions.some(({ source }) => source === 'mouse'));
      },
      'evidence of the mouse',
      20_000,
    );
    // What a stranger does is not learnt.
    await notMe(person);
    await client.closed;
  }, 120_000);

  it('sweeps: silence is scored again, a session whose time is over ends, lost rights are repaired', async () => {
    const stages = await world.startStages();
    const silent = await world.signIn('user', { lastSeenAt: new Date(Date.now() - 3_600_000 / 2) });
    const over = await world.signIn('user', {
      expiresAt: new Date(Date.now() - 1_000),
      lastSeenAt: new Date(Date.now() - 5_000),
    });
    const left = await world.signIn();
    await world.stores.sessions.changeRights(left.session.id, {
      state: 'terminated',
      stateReason: 'Enough.',
      endedAt: new Date(),
    });
    expect((await world.rights.get(left.session.id))?.state).toBe('active');
    const round = await stages.sweep();
    expect(round).toMatchObject({ expired: 1, repaired: 1, silent: 1 });
    expect((await world.rights.get(left.session.id))?.state).toBe('terminated');
    expect((await world.stores.sessions.byId(over.session.id))?.state).toBe('expired');
    await until(() => world.liveRisk.get(silent.session.id), 'the score of the silent session');
  });
});

describe('a pipeline that is killed', () => {
  let program: string;
  beforeAll(async () => {
    program = await bundle('scripts/testing/pipeline-process.ts');
  });
  const running = new Set<ChildProcess>();
  afterAll(() => {
    for (const child of running) child.kill('SIGKILL');
  });

  const start = async (): Promise<ChildProcess> => {
    const child = fork(program, { env: { ...process.env, WORLD: world.name } });
    running.add(child);
    await once(child, 'message');
    return child;
  };

  it('loses nothing that was acknowledged and doubles nothing', async () => {
    const server = await world.startServer();
    const people = await Promise.all(Array.from({ length: 20 }, () => world.signIn()));
    const clients = await Promise.all(people.map(({ token }) => connect(server.url, token)));
    let child = await start();
    const ROUNDS = 40;
    for (let round = 0; round < ROUNDS; round++) {
      const answers = await Promise.all(clients.map((client) => client.batch()));
      expect(answers.every(({ ok }) => ok)).toBe(true);
      if (round % 13 === 9) {
        child.kill('SIGKILL');
        await once(child, 'exit');
        child = await start();
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const total = ROUNDS * people.length;
    const scored = await until(
      async () => {
        const risks = await messages('stream:risk');
        return risks.length >= total && risks;
      },
      'every score',
      30_000,
    );
    const seen = new Map<string, number[]>();
    for (const { payload } of scored) {
      const of = seen.get(payload.session_id) ?? [];
      seen.set(payload.session_id, [...of, payload.batch_seq ?? -1]);
    }
    // In order, each once.
    for (const { session } of people) {
      expect(seen.get(session.id)).toEqual(Array.from({ length: ROUNDS }, (_, seq) => seq));
    }
    const forensics = await messages('stream:forensics');
    await until(
      async () => (await world.stores.auditEntries.count(forensics.length)) === forensics.length,
      'every audit record in the log',
      20_000,
    );
    expect(await verifiedLog(world)).toMatchObject({ found: 0, to: forensics.length });
    child.kill('SIGKILL');
    await once(child, 'exit');
  }, 90_000);
});

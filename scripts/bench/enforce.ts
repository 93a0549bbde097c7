// From a decision to the last refusal: the session's socket is closed, and every http process refuses its token.
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { replaySignal, verdictSignal } from '@verity/domain/risk/signals';
import { countOption, percentile, type Bench } from './measure';
import { openCrowd } from './socket-load';
import type { SignedIn } from '../testing/people';
import { startBenchPlatform, type BenchPlatform } from './socket-platform';

const PATIENCE_MS = 10_000;
/** Between two questions whether a token is still let in; asking costs the processes that are measured. */
const ASK_EVERY_MS = 5;

/** An agent keeps connections open: what is measured is the refusal, not the dialling. */
const agent = new Agent({ keepAlive: true, maxSockets: 256 });

export const bench: Bench = async (options, say) => {
  const processes = countOption(options, 'processes', 4);
  const sockets = countOption(options, 'sockets', 1_000);
  const decisions = countOption(options, 'runs', 200);
  say(`starting Redis, MongoDB, ${processes} http processes and one pipeline process`);
  const world = await startBenchPlatform(processes);
  try {
    say(`signing in ${sockets} people`);
    const people: SignedIn[] = [];
    while (people.length < sockets) {
      const some = Math.min(20, sockets - people.length);
      people.push(...(await Promise.all(Array.from({ length: some }, () => world.signIn()))));
    }
    const admin = await world.signIn('admin');
    const crowd = await openCrowd(
      world.urls,
      people.map(({ token }) => token),
    );
    say(`${crowd.length} sockets are open on ${processes} processes`);

    const measure = async (
      victims: number[],
      decide: (person: SignedIn) => Promise<unknown>,
    ): Promise<number[]> => {
      const times: number[] = [];
      for (const index of victims) {
        const closed = new Promise<void>((resolve) => {
          const socket = crowd[index];
          if (socket) socket.onHeard = { closed: resolve };
        });
        times.push(await lastRefusal(world, people[index] as SignedIn, closed, decide));
      }
      return times;
    };
    const range = (from: number, count: number): number[] =>
      Array.from({ length: count }, (_, at) => from + at);

    // The first few show every process the way.
    await measure(range(0, 10), (person) => terminate(world, admin, person));
    await measure(range(10, 10), (person) => suspect(world, person));
    const byAdmin = await measure(range(20, decisions), (person) =>
      terminate(world, admin, person),
    );
    say(`an admin ends a session: p99 ${percentile(byAdmin, 0.99).toFixed(1)} ms`);
    const byPolicy = await measure(range(20 + decisions, decisions), (person) =>
      suspect(world, person),
    );
    say(`the policy ends a session: p99 ${percentile(byPolicy, 0.99).toFixed(1)} ms`);
    for (const socket of crowd) socket.close();
    const all = [...byAdmin, ...byPolicy];
    return {
      processes,
      sockets,
      decisions: all.length,
      p50: round(percentile(all, 0.5)),
      p99: round(percentile(all, 0.99)),
      max: round(percentile(all, 1)),
      byAdmin: { p50: round(percentile(byAdmin, 0.5)), p99: round(percentile(byAdmin, 0.99)) },
      byPolicy: { p50: round(percentile(byPolicy, 0.5)), p99: round(percentile(byPolicy, 0.99)) },
      redis: await world.redisVersion(),
      appendfsync: await world.appendfsync(),
    };
  } finally {
    agent.destroy();
    await world.stop();
  }
};

const round = (value: number): number => Math.round(value * 100) / 100;

/** Milliseconds from the decision until nothing of the session is let in anywhere. */
async function lastRefusal(
  world: BenchPlatform,
  person: SignedIn,
  closed: Promise<void>,
  decide: (person: SignedIn) => Promise<unknown>,
): Promise<number> {
  const began = performance.now();
  const decided = decide(person);
  await Promise.all([closed, ...world.urls.map((url) => refused(url, person.token))]);
  const took = performance.now() - began;
  await decided;
  return took;
}

/** Asks again and again until the token is refused. */
async function refused(url: string, token: string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    if ((await call(url, 'GET', '/api/v1/me', token)) === 401) return;
    if (performance.now() > deadline) throw new Error(`${url} still lets an ended session in`);
    await sleep(ASK_EVERY_MS);
  }
}

async function terminate(
  world: BenchPlatform,
  admin: SignedIn,
  { session }: SignedIn,
): Promise<void> {
  const path = `/api/v1/sessions/${session.id}/terminate`;
  const status = await call(world.urls[0] as string, 'POST', path, admin.token, {
    reason: 'Bench.',
  });
  if (status !== 200) throw new Error(`ending a session was answered with ${status}`);
}

/** Evidence that makes the policy end the session: through score, decision and enforcement. */
const suspect = ({ bus }: BenchPlatform, { session }: SignedIn): Promise<string> =>
  bus.publish('stream:findings', {
    session_id: session.id,
    user_id: session.userId,
    observed_at: new Date().toISOString(),
    cause: 'verdict',
    observations: [verdictSignal('not_me', 'admin'), replaySignal()],
  });

function call(
  url: string,
  method: string,
  path: string,
  token: string,
  body?: object,
): Promise<number> {
  const json = body && JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sending = request(
      new URL(path, url),
      {
        method,
        agent,
        headers: {
          authorization: `Bearer ${token}`,
          ...(json ? { 'content-type': 'application/json', 'content-length': json.length } : {}),
        },
      },
      (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode ?? 0));
      },
    );
    sending.on('error', reject);
    sending.end(json);
  });
}

// Redis is killed in the middle of sessions: nothing is allowed from memory, nothing acknowledged is lost or counted twice.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { keepDown, openHouse, type House } from './house';
import { ask, signIn, type Signed } from './people';
import type { Typing } from './typing';
import { until } from './until';

const SECONDS = 40;
let house: House;
let people: Signed[];
let typings: Typing[];

beforeAll(async () => {
  house = await openHouse({ processes: 2 });
  people = [];
  for (const [at, name] of ['ada', 'alan', 'grace'].entries()) {
    people.push(await house.somebody(name, at));
  }
  typings = people.map((signed, at) => house.typing(signed, at));
}, 90_000);

afterAll(() => house?.close(), 60_000);

it('refuses everything while Redis is away, then goes on by itself and scores each batch once', async () => {
  const servers = ['server', 'server-2', 'pipeline'].map((name) => house.platform.child(name));
  const pids = servers.map(({ pid }) => pid);
  for (const typing of typings) typing.type(SECONDS);
  await until('the first acknowledgements', () => typings.every((t) => t.acknowledged.length > 9));

  const release = keepDown(house.platform, 'redis');
  for (const url of house.urls) {
    for (const { token, person } of people) {
      expect(await ask(url, '/api/v1/me', { token })).toMatchObject({
        status: 503,
        code: 'unavailable',
      });
      const body = JSON.stringify({ email: person.email, password: person.password });
      const login = await ask(url, '/api/v1/auth/login', { method: 'POST', body });
      expect(login).toMatchObject({ status: 503, code: 'unavailable' });
    }
    expect(await ask(url, '/health/live')).toMatchObject({ status: 200 });
    expect(await ask(url, '/health/ready')).toMatchObject({ status: 503 });
  }
  await until('batches to be refused', () => typings.every((t) => t.problems.has('unavailable')));
  expect(typings.every((typing) => typing.waiting > 0)).toBe(true);
  await release();

  // And once more at once, with batches on their way.
  house.platform.child('redis').kill();
  await house.platform.child('redis').untilReady();

  await Promise.all(typings.map((typing) => typing.finished()));
  expect(typings.flatMap(({ refused }) => refused)).toEqual([]);
  expect(await house.differences()).toEqual([]);
  expect(typings.every((typing) => typing.acknowledged.length >= SECONDS / 2)).toBe(true);
  expect(servers.map(({ pid }) => pid)).toEqual(pids);
}, 90_000);

it('serves requests, sign-ins and scores again without a restart', async () => {
  for (const [at, { person }] of people.entries()) {
    const again = await signIn(house.urls[at % 2] as string, person);
    await again.door.call('GET /api/v1/me', {});
  }
  await until('the last scores at the sockets', () =>
    typings.every((t) => t.scores.some((score) => score.batch_seq === t.acknowledged.at(-1))),
  );
  expect(await house.audit()).toMatchObject({ intact: true });
}, 60_000);

// MongoDB is killed in the middle of sessions: they go on being scored, decisions wait for it and are then enforced.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { keepDown, openHouse, type House } from './house';
import { ask, signIn, type Signed } from './people';
import type { Typing } from './typing';
import { until } from './until';

/** The patience of a request, and what a busy machine adds. */
const REFUSED_WITHIN_MS = 7_500;
let house: House;
let ada: Signed;
let mallory: Signed;
let owner: Typing;
let thief: Typing;

beforeAll(async () => {
  house = await openHouse();
  ada = await house.somebody('ada');
  mallory = await house.somebody('mallory');
  owner = house.typing(ada);
  thief = house.typing(mallory);
}, 90_000);

afterAll(() => house?.close(), 60_000);

it('goes on scoring without MongoDB, refuses what needs it, and enforces later what was decided', async () => {
  const [url] = house.urls as [string];
  const servers = ['server', 'pipeline'].map((name) => house.platform.child(name));
  const pids = servers.map(({ pid }) => pid);
  owner.type(40);
  thief.type(5);
  await until('the first acknowledgements', () => owner.acknowledged.length > 4);
  await thief.finished();

  const release = keepDown(house.platform, 'mongodb');
  const needing = await Promise.all([
    ask(url, '/api/v1/me', ada),
    ask(url, '/api/v1/users', house.admin),
    ask(url, '/api/v1/auth/login', { method: 'POST', body: JSON.stringify(credentials(ada)) }),
  ]);
  for (const answer of needing) {
    expect(answer).toMatchObject({ status: 503, code: 'unavailable' });
    expect(answer.milliseconds).toBeLessThan(REFUSED_WITHIN_MS);
  }
  await owner.finished();
  await until('the newest batch to be scored', () =>
    owner.scores.some(({ batch_seq }) => batch_seq === owner.acknowledged.at(-1)),
  );
  await until('a critical score', async () => {
    expect(await thief.replay()).toBe('refused');
    return (thief.scores.at(-1)?.risk_score ?? 0) >= 80;
  });
  // Proof is asked for first; whoever goes on without giving it is ended 10 s later.
  await sleep(11_000);
  expect(await thief.replay()).toBe('refused');
  expect(await ask(url, '/api/v1/me/risk', mallory)).not.toMatchObject({ status: 200 });
  expect(thief.ended).toBeUndefined();
  await release();

  await until('the session to be ended', () => thief.ended);
  expect(await ask(url, '/api/v1/me', mallory)).toMatchObject({
    status: 401,
    code: 'session-ended',
  });
  expect(await ask(url, '/api/v1/me', ada)).toMatchObject({ status: 200 });
  await signIn(url, ada.person);
  expect(await house.differences()).toEqual([]);
  expect(servers.map(({ pid }) => pid)).toEqual(pids);
}, 90_000);

it('has every acknowledged effect: the course of the score, the record of the end, an unbroken chain', async () => {
  const { door } = house.admin;
  const course = await door.call('GET /api/v1/sessions/:id/risk', {
    params: { id: ada.session },
    query: {},
  });
  expect(course.points.length).toBeGreaterThan(0);
  await until('the record of the end', async () => {
    const { items } = await door.call('GET /api/v1/audit', {
      query: { subject: `session:${mallory.session}`, action: 'session.terminated' },
    });
    expect(items.length).toBeLessThan(2);
    return items.length === 1;
  });
  expect(await house.audit()).toMatchObject({ intact: true, broken_at: null });
}, 60_000);

const credentials = ({ person: { email, password } }: Signed) => ({ email, password });

// Server processes and the pipeline are killed again and again under load: what was acknowledged is there, once.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { seededRandom } from '@verity/domain/kernel/maths';
import { openHouse, type House } from './house';
import { ask, type Signed } from './people';
import type { Typing } from './typing';
import { until } from './until';

const VICTIMS = ['pipeline', 'server', 'server-2', 'pipeline', 'server', 'server-2'] as const;
const random = seededRandom(20_261_121);
let house: House;
let doomed: Signed;
let typings: Typing[];

beforeAll(async () => {
  house = await openHouse({ processes: 2 });
  doomed = await house.somebody('doomed');
  const people: Signed[] = [];
  for (const [at, name] of ['ada', 'alan', 'grace'].entries()) {
    people.push(await house.somebody(name, at));
  }
  typings = people.map((signed, at) => house.typing(signed, at));
}, 90_000);

afterAll(() => house?.close(), 60_000);

it('loses and doubles nothing when processes die at random moments', async () => {
  const total = (): number =>
    typings.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0);
  const { door } = house.admin;
  const end = { params: { id: doomed.session as never }, body: { reason: 'It is over' } };
  let terminated = false;
  for (const [round, victim] of VICTIMS.entries()) {
    for (const typing of typings) typing.type(12);
    const due = total() + 3 + Math.floor(random() * 20);
    await until(`${due} acknowledgements`, () => total() >= due);
    const child = house.platform.child(victim);
    child.kill();
    if (round === 2) {
      // A request under way with a process that dies is asked again.
      terminated = await until('the end of a session', () =>
        door.call('POST /api/v1/sessions/:id/terminate', end).then(() => true),
      );
    }
  }
  expect(terminated).toBe(true);
  for (const name of new Set(VICTIMS)) await house.platform.child(name).untilReady();
  await Promise.all(typings.map((typing) => typing.finished()));
  expect(typings.flatMap(({ refused }) => refused)).toEqual([]);
  expect(total()).toBeGreaterThan(typings.length * VICTIMS.length * 6);
  expect(await house.differences()).toEqual([]);
}, 120_000);

it('keeps an ended session ended on every process, and its record in an unbroken chain', async () => {
  for (const url of house.urls) {
    expect(await ask(url, '/api/v1/me', doomed)).toMatchObject({
      status: 401,
      code: 'session-ended',
    });
  }
  await until('the record of the end', async () => {
    const { items } = await house.admin.door.call('GET /api/v1/audit', {
      query: { subject: `session:${doomed.session}`, action: 'session.terminated' },
    });
    return items.length === 1;
  });
  expect(await house.audit()).toMatchObject({ intact: true, broken_at: null });
}, 60_000);

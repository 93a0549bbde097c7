// The models that a process weighs by, after another process has trained newer ones. Over real MongoDB and Redis.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mongoRepositories } from '@verity/adapters/mongo/repositories';
import { scratchDatabase } from '@verity/adapters/mongo/scratch';
import { createCache } from '@verity/adapters/redis/cache';
import { openTestRedis, until } from '@verity/adapters/redis/testing';
import { newId, systemClock } from '@verity/adapters/world';
import { FEATURES } from '@verity/domain/kernel/behaviour-features';
import { normalDraw, seededRandom } from '@verity/domain/kernel/maths';
import { kindOf } from '@verity/domain/risk/model-kinds';
import type { UserId } from '@verity/protocol/ids';
import { followModels, ModelShelf } from './models';

const unreadable: unknown[] = [];
const log = {
  error: (what: unknown) => void unreadable.push(what),
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
};

async function openWorld() {
  const [database, test] = await Promise.all([scratchDatabase(), openTestRedis()]);
  const stores = mongoRepositories(database.connection, { clock: systemClock });
  const models = stores.behaviourModels;
  const random = seededRandom(9);
  const windows = Array.from({ length: 12 }, () =>
    Float64Array.from(FEATURES.keystroke, () => normalDraw(random)),
  );
  /** As another process would have it. */
  const openShelf = () => {
    const cache = createCache({ redis: test.connect(), newId });
    const needs = { models, terms: stores.terms, cache, clock: systemClock, log };
    const shelf = new ModelShelf(needs);
    return { shelf, following: followModels({ ...needs, shelf }) };
  };
  const shelves = [openShelf(), openShelf()];
  return {
    shelves: shelves.map(({ shelf }) => shelf),
    async train(user: UserId, version: number) {
      const now = systemClock();
      const kind = kindOf('keystroke');
      const artefact = kind.train({ modality: 'keystroke', windows, version, now });
      const trained = { trainedAt: now, windows: windows.length, artefact };
      await models.add({ userId: user, modality: 'keystroke', version, ...trained });
    },
    /** What a disk that was full, or a newer program, may leave behind. */
    async store(user: UserId, version: number, artefact: string) {
      const trained = { trainedAt: systemClock(), windows: windows.length, artefact };
      await models.add({ userId: user, modality: 'keystroke', version, ...trained });
    },
    async artefactOf(user: UserId): Promise<string> {
      const [record] = await models.newestOfUser(user, 'standing');
      return record!.artefact;
    },
    async close() {
      await Promise.all(shelves.map(({ following }) => following.stop()));
      await Promise.all([test.close(), database.drop()]);
    },
  };
}

let world: Awaited<ReturnType<typeof openWorld>>;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const versionIn = (shelf: ModelShelf, user: UserId): number | undefined =>
  shelf.of(user)?.get('keystroke')?.version;

it('every process weighs by a newer version soon, although the cache they share still holds the one before', async () => {
  const { shelves, train } = world;
  const user = newId<UserId>();
  await train(user, 1);
  await until(() => shelves.every((shelf) => versionIn(shelf, user) === 1));
  // Nobody drops what the cache holds: who trained may have died just then.
  await train(user, 2);
  const stored = performance.now();
  await until(() => shelves.every((shelf) => versionIn(shelf, user) === 2), 5_000);
  // A second until the next look, and what a busy machine adds.
  expect(performance.now() - stored).toBeLessThan(4_000);
});

it('a version that is gone again is not waited for', async () => {
  const [shelf] = world.shelves as [ModelShelf];
  const user = newId<UserId>();
  await world.train(user, 1);
  await until(() => versionIn(shelf, user) === 1);
  shelf.newer({ userId: user, modality: 'keystroke', version: 7 });
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(versionIn(shelf, user)).toBe(1);
});

it.each([
  ['truncated', (artefact: string) => artefact.slice(0, artefact.length >> 1)],
  [
    'of a format of the future',
    (artefact: string) => JSON.stringify({ ...JSON.parse(artefact), formatVersion: 99 }),
  ],
])('a model that is %s is named in the log, and the one before stays in use', async (_, spoil) => {
  const [shelf] = world.shelves as [ModelShelf];
  const user = newId<UserId>();
  await world.train(user, 1);
  await until(() => versionIn(shelf, user) === 1);
  const before = unreadable.length;
  await world.store(user, 2, spoil(await world.artefactOf(user)));
  await until(() => {
    shelf.of(user);
    return unreadable.length > before;
  }, 5_000);
  expect(unreadable.at(-1)).toMatchObject({ user, modality: 'keystroke' });
  expect(versionIn(shelf, user)).toBe(1);
  // A person who has nothing else is judged without a model: nothing is said for or against.
  const other = newId<UserId>();
  await world.store(other, 1, spoil(await world.artefactOf(user)));
  await until(() => shelf.of(other) !== null);
  expect(shelf.of(other)?.size).toBe(0);
});

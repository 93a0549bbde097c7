// Terms of learning take effect where behaviour is stored, learnt and weighed. Over real MongoDB and Redis.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mongoRepositories } from '@verity/adapters/mongo/repositories';
import { scratchDatabase } from '@verity/adapters/mongo/scratch';
import { createCache } from '@verity/adapters/redis/cache';
import { openTestRedis, until } from '@verity/adapters/redis/testing';
import { createSessionState } from '@verity/adapters/redis/session-state';
import { newId } from '@verity/adapters/world';
import { FEATURES } from '@verity/domain/kernel/behaviour-features';
import { normalDraw, seededRandom } from '@verity/domain/kernel/maths';
import { learning } from '@verity/domain/risk/learning';
import { kindOf } from '@verity/domain/risk/model-kinds';
import { usualTerms } from '@verity/domain/risk/learning-terms';
import { trainModel } from '@verity/domain/risk/train-model';
import type { PetitionId, SessionId, UserId } from '@verity/protocol/ids';
import { unerased } from './detect';
import { Enrolment } from './enrol';
import { dropCachedModels, ModelShelf } from './models';
import { followTerms } from './terms-in-force';

const random = seededRandom(5);
const FIRST = kindOf('mouse').windows.first;
const log = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
};

async function openWorld() {
  const [database, test] = await Promise.all([scratchDatabase(), openTestRedis()]);
  let skewMs = 0;
  const clock = (): Date => new Date(Date.now() + skewMs);
  const stores = mongoRepositories(database.connection, { clock });
  const cache = createCache({ redis: test.redis, newId });
  const sessionState = createSessionState(test.redis);
  const dropCached = (user: UserId) => dropCachedModels(cache, user);
  const agreements = learning({
    terms: stores.terms,
    windows: stores.behaviourWindows,
    models: stores.behaviourModels,
    history: stores.riskHistory,
    dropCached,
    dropSessionState: (sessions) => sessionState.drop(sessions),
    clock,
  });
  const ground = { models: stores.behaviourModels, terms: stores.terms, cache, clock, log };
  const shelf = new ModelShelf(ground);
  const enrolment = new Enrolment({
    ...ground,
    windows: stores.behaviourWindows,
    shelf,
    // What the job does.
    async train(trainee) {
      const { user, modality, track } = trainee;
      const training = { ...ground, windows: stores.behaviourWindows, dropCached };
      const { outcome, version } = await trainModel(training, trainee, 'due');
      if (outcome !== 'trained' || !version) return;
      shelf.newer({ userId: user, modality, track, version });
    },
  });
  const ended: UserId[] = [];
  const following = followTerms({
    terms: stores.terms,
    clock,
    log,
    changed({ userId }) {
      shelf.forget(userId);
      enrolment.forget(userId);
    },
    async runOut(terms) {
      if (await agreements.endTemporary(terms)) ended.push(terms.userId);
    },
  });
  return {
    ...{ stores, learning: agreements, shelf, enrolment, ended, clock },
    pass: (ms: number): void => void (skewMs += ms),
    /** Windows of one session, offered and stored as far as the terms let them. */
    async behave(user: UserId, count: number, session = newId<SessionId>()): Promise<SessionId> {
      await until(() => shelf.of(user) !== null);
      for (let n = 0; n < count; n++) {
        enrolment.offer({
          id: newId<string>(),
          userId: user,
          sessionId: session,
          modality: 'mouse',
          at: clock(),
          features: Array.from({ length: FEATURES.mouse.length }, () => normalDraw(random)),
        });
      }
      await enrolment.flush();
      return session;
    },
    async close() {
      await following.stop();
      await enrolment.stop();
      await Promise.all([test.close(), database.drop()]);
    },
  };
}

/** A training on a machine that has other work. */
const TRAINING_MS = 40_000;

/** What comes to be there. */
async function found<T>(look: () => Promise<T | null>): Promise<T> {
  let seen: T | null = null;
  await until(async () => (seen = await look()) !== null, TRAINING_MS);
  return seen as T;
}

let world: Awaited<ReturnType<typeof openWorld>>;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const DAY_MS = 86_400_000;

describe('a temporary baseline', () => {
  it('learns and judges by itself, leaves the standing model alone, and ends by itself', async () => {
    const { stores, learning, shelf } = world;
    const user = newId<UserId>();
    await world.behave(user, FIRST);
    const standing = await found(() => stores.behaviourModels.newest(user, 'mouse'));
    await until(() => shelf.of(user)?.get('mouse')?.version === standing.version);

    await learning.beginTemporary(user, newId<PetitionId>(), 2);
    await until(() => shelf.of(user)?.size === 0);
    await world.behave(user, FIRST);
    const temporary = await found(() => stores.behaviourModels.newest(user, 'mouse', 'temporary'));
    expect(temporary.version).toBeGreaterThan(standing.version);
    await until(() => shelf.of(user)?.get('mouse')?.version === temporary.version);
    expect((await stores.behaviourWindows.count(user)).mouse).toBe(FIRST);
    expect((await stores.behaviourWindows.count(user, 'temporary')).mouse).toBe(FIRST);

    world.pass(2 * DAY_MS + 1);
    expect(shelf.of(user)).toBeNull();
    await until(() => shelf.of(user)?.get('mouse')?.version === standing.version);
    await until(() => world.ended.includes(user));
    expect((await stores.behaviourWindows.count(user, 'temporary')).mouse).toBe(0);
    expect(await stores.behaviourModels.newest(user, 'mouse', 'temporary')).toBeNull();
    expect(await stores.behaviourModels.newest(user, 'mouse')).toEqual(standing);
  }, 120_000);
});

describe('an erasure', () => {
  it('leaves nothing to judge by, nor lets in what was on its way', async () => {
    const { stores, learning, shelf } = world;
    const user = newId<UserId>();
    const session = await world.behave(user, FIRST);
    await until(() => shelf.of(user)?.has('mouse') === true, TRAINING_MS);
    const onItsWay = { at: world.clock(), sessionId: session, userId: user };
    const erased = await learning.erase(user, { ended: [], living: [session] }, false);
    expect(erased).toMatchObject({ windows: FIRST, models: 1, scoreMinutes: null });
    world.enrolment.offer({ ...onItsWay, id: newId(), modality: 'mouse', features: [1] });
    await world.enrolment.flush();
    expect((await stores.behaviourWindows.count(user)).mouse).toBe(0);
    await until(() => shelf.of(user)?.size === 0);
    await world.behave(user, 1);
    expect((await stores.behaviourWindows.count(user)).mouse).toBe(1);
  }, 60_000);

  it('has a session begin its windows anew, once', () => {
    const erasedAt = new Date('2026-03-01T12:00:00.000Z');
    const terms = { ...usualTerms(newId<UserId>()), erasedAt };
    const state = {
      windows: { keysFrom: 7, repeatAt: 0, keys: [1, 2, 3], mouse: [], text: 0, phrase: [] },
      unweighed: [],
      unlearnt: [],
      erasedAt: 0,
    };
    const anew = unerased(state, terms);
    expect(anew.windows.keys).toEqual([]);
    expect(unerased(anew, terms)).toBe(anew);
    expect(unerased(state, null)).toBe(state);
  });
});

describe('a session that was somebody else', () => {
  it('teaches nothing any more, not even what comes late', async () => {
    const { stores, learning } = world;
    const user = newId<UserId>();
    const session = await world.behave(user, 2);
    await learning.forgetSession(user, { id: session, startedAt: world.clock() });
    await world.behave(user, 3, session);
    expect((await stores.behaviourWindows.count(user)).mouse).toBe(0);
  });
});

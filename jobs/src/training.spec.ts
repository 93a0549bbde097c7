// Tasks that train, over real MongoDB, Redis and RabbitMQ: what is due is trained, once, however often it is asked for.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '@verity/adapters/world';
import { kindOf } from '@verity/domain/risk/model-kinds';
import type { JobId, PetitionId, UserId } from '@verity/protocol/ids';
import type { Run } from './define-task';
import { openTrainingWorld, type TrainingWorld } from './spec-training';
import trainEverybody from './tasks/train_behavioral_models';
import trainPerson from './tasks/train_user_behavioral_model';
import updateBaseline from './tasks/update_behavioral_baseline';

const FIRST = kindOf('keystroke').windows.first;
const DAY_MS = 86_400_000;

let world: TrainingWorld;
beforeAll(async () => {
  world = await openTrainingWorld();
}, 60_000);
afterAll(() => world.close(), 60_000);

const runAt = (at: Date, signal = new AbortController().signal): Run => ({
  id: newId<JobId>(),
  attempt: 1,
  at,
  by: 'system:spec',
  signal,
  progress: () => undefined,
});
const run = (): Run => runAt(world.ground.clock());
const versions = async (user: UserId): Promise<number[]> =>
  (await world.stores.behaviourModels.list(user)).map(({ version }) => version);

describe('train_user_behavioral_model', () => {
  const order = (user: UserId, force = false) => ({ user_id: user, force });

  it('trains what is due, once, although it is delivered twice', async () => {
    const user = await world.person(FIRST);
    const delivered = run();
    expect(await trainPerson.handler(order(user), delivered, world.tools)).toEqual({
      models: [
        {
          modality: 'keystroke',
          track: 'standing',
          outcome: 'trained',
          refused: 0,
          version: 1,
          windows: FIRST,
        },
      ],
    });
    expect(await trainPerson.handler(order(user), delivered, world.tools)).toMatchObject({
      models: [{ outcome: 'not-due' }],
    });
    expect(await versions(user)).toEqual([1]);
  });

  it('stores one version of two that were made at the same time', async () => {
    const user = await world.person(FIRST);
    const answers = await Promise.all(
      [1, 2].map(() => trainPerson.handler(order(user), run(), world.tools)),
    );
    const outcomes = answers.flatMap((answer) =>
      (answer as { models: { outcome: string }[] }).models.map(({ outcome }) => outcome),
    );
    expect(outcomes).toContain('trained');
    expect(outcomes.filter((outcome) => outcome === 'trained')).toHaveLength(1);
    expect(await versions(user)).toEqual([1]);
  });

  it('obeys an order to train anew once, and the next one again', async () => {
    const user = await world.person(FIRST);
    await trainPerson.handler(order(user), run(), world.tools);
    world.pass(1_000);
    const forced = run();
    await trainPerson.handler(order(user, true), forced, world.tools);
    await trainPerson.handler(order(user, true), forced, world.tools);
    expect(await versions(user)).toEqual([2, 1]);
    world.pass(1_000);
    await trainPerson.handler(order(user, true), run(), world.tools);
    expect(await versions(user)).toEqual([3, 2, 1]);
  });

  it('says when there are too few windows even for an order, and when there is no such person', async () => {
    const user = await world.person(FIRST - 1);
    expect(await trainPerson.handler(order(user, true), run(), world.tools)).toMatchObject({
      models: [{ outcome: 'too-few' }],
    });
    const nobody = newId<UserId>();
    await expect(trainPerson.handler(order(nobody), run(), world.tools)).rejects.toMatchObject({
      code: 'not-found',
      message: `There is no person ${nobody}.`,
    });
  });

  it('keeps nothing of a run that was cancelled', async () => {
    const user = await world.person(FIRST);
    const cancelled = runAt(new Date(), AbortSignal.abort(new Error('It was cancelled.')));
    await expect(trainPerson.handler(order(user), cancelled, world.tools)).rejects.toThrow(
      'It was cancelled.',
    );
    expect(await versions(user)).toEqual([]);
  });

  it('refuses a payload that names no way of behaving', () => {
    const payload = { user_id: newId<string>(), modality: 'gait' };
    const { error } = trainPerson.payload.safeParse(payload);
    expect(error?.issues[0]?.message).toBe('must be keystroke, mouse or phrase:…');
  });
});

describe('train_behavioral_models', () => {
  it('asks for those alone who have something due, in portions that go on by themselves', async () => {
    const early = await world.person(FIRST - 1);
    const due: UserId[] = [];
    for (let n = 0; n < 25; n++) due.push(await world.person(FIRST));
    const ordered: { task: string; payload: Record<string, unknown> }[] = [];
    const tools: TrainingWorld['tools'] = {
      ...world.tools,
      enqueue(task, payload, options) {
        ordered.push({ task, payload });
        return world.tools.enqueue(task, payload, options);
      },
    };
    const begin = trainEverybody.payload.parse({});
    const first = await trainEverybody.handler(begin, run(), tools);
    const { task, payload } = ordered.pop() as (typeof ordered)[number];
    expect(task).toBe('train_behavioral_models');
    expect(first).toEqual({ ...counted(payload), finished: false });
    const last = await trainEverybody.handler(trainEverybody.payload.parse(payload), run(), tools);
    const people = ordered.map((order) => order.payload.user_id);
    expect(people).toEqual(expect.arrayContaining(due));
    expect(people).not.toContain(early);
    expect(new Set(people).size).toBe(people.length);
    expect(last).toMatchObject({ enqueued: people.length, finished: true });
  });

  const counted = ({ looked_at, enqueued }: Record<string, unknown>) => ({ looked_at, enqueued });
});

describe('update_behavioral_baseline', () => {
  const update = (user_id?: UserId) => updateBaseline.handler({ user_id }, run(), world.tools);

  it('takes newer behaviour in without waiting until there is much, and then has nothing to do', async () => {
    const user = await world.person(FIRST);
    expect(await update(user)).toEqual({
      baselines_ended: 0,
      models: [expect.objectContaining({ outcome: 'not-due' })],
    });
    await trainPerson.handler({ user_id: user, force: false }, run(), world.tools);
    world.pass(5_000);
    await world.behave(user, 2);
    expect(await update(user)).toMatchObject({
      models: [{ outcome: 'trained', version: 2, windows: FIRST + 2 }],
    });
    expect(await update(user)).toMatchObject({ models: [{ outcome: 'nothing-new' }] });
  });

  it('ends a temporary baseline whose time is over, and tells of it once', async () => {
    const { learning, stores } = world;
    const user = await world.person(0);
    await learning.beginTemporary(user, newId<PetitionId>(), 2);
    await world.behave(user, FIRST, 'temporary');
    expect(await update(user)).toMatchObject({ baselines_ended: 0 });
    await trainPerson.handler({ user_id: user, force: false }, run(), world.tools);
    expect(await stores.behaviourModels.newest(user, 'keystroke', 'temporary')).not.toBeNull();
    world.pass(2 * DAY_MS + 1);
    expect(await update()).toMatchObject({ baselines_ended: 1 });
    expect(await update()).toMatchObject({ baselines_ended: 0 });
    expect(await stores.behaviourModels.newest(user, 'keystroke', 'temporary')).toBeNull();
    const { items } = await stores.notifications.list(user, {}, { limit: 10 });
    expect(items.map(({ title }) => title)).toEqual(['Your temporary baseline has ended']);
  });
});

// The course of scores, behaviour windows and models in a real MongoDB.
import { describe, expect, it } from 'vitest';
import type { SessionId, UserId } from '@verity/protocol/ids';
import type { WindowRecord } from '@verity/domain/risk/ports';
import { newId } from '../world';
import { scratchStores } from './spec-stores';
import { later, now } from './scratch-records';

const { stores, connection } = scratchStores();

describe('the course of scores', () => {
  const point = (sessionId: SessionId, ms: number, riskScore: number) => ({
    id: newId<string>(),
    sessionId,
    at: later(ms),
    riskScore,
    band: 'low' as const,
  });

  it('keeps every point once, in order, with its band', async () => {
    const session = newId<SessionId>();
    const points = [point(session, 70_000, 85), point(session, 0, 10), point(session, 1500, 30)];
    await Promise.all([stores().riskHistory.add(points), stores().riskHistory.add(points)]);
    const kept = await stores().riskHistory.ofSession(session, later(0));
    expect(
      kept.map(({ at, riskScore, band }) => [at.getTime() - now.getTime(), riskScore, band]),
    ).toEqual([
      [0, 10, 'low'],
      [1500, 30, 'medium'],
      [70_000, 85, 'critical'],
    ]);
    expect(await stores().riskHistory.ofSession(session, later(1))).toHaveLength(2);
  });

  it('has a mean and a maximum a minute over all sessions', async () => {
    const [one, other] = [newId<SessionId>(), newId<SessionId>()];
    const hour = 3_600_000;
    await stores().riskHistory.add([
      point(one, hour, 90),
      point(one, hour + 5, 20),
      point(other, hour, 40),
    ]);
    expect(await stores().riskHistory.course(later(hour))).toEqual([
      { at: new Date('2096-03-01T13:00:00.000Z'), mean: 30, max: 90 },
    ]);
  });
});

describe('behaviour', () => {
  it('windows come back in order of time, NaN and all', async () => {
    const userId = newId<UserId>();
    const sessionId = newId<SessionId>();
    const window = (ms: number, features: number[]): WindowRecord => ({
      id: newId<string>(),
      userId,
      sessionId,
      modality: 'keystroke',
      at: later(ms),
      features,
    });
    const windows = [window(1, [1, Number.NaN, -0.5]), window(2, [2, 3]), window(3, [])];
    await stores().behaviourWindows.add(windows);
    await stores().behaviourWindows.add(windows.slice(1));
    expect(await stores().behaviourWindows.ofUser(userId, 'keystroke', 9)).toEqual(windows);
    expect(await stores().behaviourWindows.ofUser(userId, 'keystroke', 2)).toEqual(
      windows.slice(1),
    );
    expect(await stores().behaviourWindows.count(userId)).toEqual({ keystroke: 3, mouse: 0 });
    await stores().behaviourWindows.removeOfSession(sessionId);
    expect(await stores().behaviourWindows.count(userId)).toEqual({ keystroke: 0, mouse: 0 });
  });

  it('windows of others come person by person, those of the mouse by action only', async () => {
    const [first, me, third, last] = [1, 2, 3, 4].map(() => newId<UserId>()).sort();
    const sessionId = newId<SessionId>();
    const windows = (userId: UserId, count: number): WindowRecord[] =>
      Array.from({ length: count }, (_, i) => ({
        id: newId<string>(),
        userId,
        sessionId,
        modality: 'mouse',
        at: later(i),
        features: [i],
      }));
    await stores().behaviourWindows.add([
      ...windows(first!, 4),
      ...windows(me!, 4),
      ...windows(third!, 1),
      ...windows(last!, 5),
    ]);
    // As an earlier version stored them.
    await connection()
      .collection('behaviour_windows')
      .insertOne({ userId: me, modality: 'mouse', at: now, features: Buffer.alloc(8) });
    const wanted = { people: 9, windows: 3, least: 2 };
    const others = await stores().behaviourWindows.ofOthers(me!, 'mouse', wanted);
    expect(others.map((records) => records.map(({ userId }) => userId))).toEqual([
      [last, last, last],
      [first, first, first],
    ]);
    expect(others[0]!.map(({ features }) => features[0])).toEqual([2, 3, 4]);
    const one = await stores().behaviourWindows.ofOthers(me!, 'mouse', { ...wanted, people: 1 });
    expect(one).toHaveLength(1);
    expect(await stores().behaviourWindows.count(me!)).toEqual({ keystroke: 0, mouse: 4 });
  });

  it('models have versions; the newest five are kept', async () => {
    const userId = newId<UserId>();
    const model = (version: number) => ({
      userId,
      modality: 'mouse' as const,
      version,
      trainedAt: now,
      windows: 30,
      artefact: `{"v":${version}}`,
    });
    expect(await stores().behaviourModels.newest(userId, 'mouse')).toBeNull();
    for (let version = 1; version <= 7; version++)
      await stores().behaviourModels.add(model(version));
    expect(await stores().behaviourModels.newest(userId, 'mouse')).toEqual(model(7));
    const phrase = { ...model(1), modality: 'phrase:a1.9' as const };
    await stores().behaviourModels.add(phrase);
    expect(await stores().behaviourModels.newestOfUser(userId)).toEqual([model(7), phrase]);
    await expect(stores().behaviourModels.add(model(7))).rejects.toMatchObject({
      code: 'conflict',
    });
    const kept = await connection()
      .collection('behaviour_models')
      .countDocuments({ userId, modality: 'mouse:actions' });
    expect(kept).toBe(5);
  });
});

// Device profiles through the cache, on a real Redis and a real MongoDB.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DeviceId, UserId } from '@verity/protocol/ids';
import type { DeviceRecord } from '@verity/domain/identity/ports';
import { MongoDevices } from '../mongo/devices';
import { scratchDatabase, type ScratchDatabase } from '../mongo/scratch';
import { newId } from '../world';
import { createCache } from './cache';
import { cachedDevices } from './cached-devices';
import { openTestRedis, type TestRedis } from './testing';

let test: TestRedis;
let database: ScratchDatabase;
beforeAll(async () => {
  [test, database] = await Promise.all([openTestRedis(), scratchDatabase()]);
});
afterAll(() => Promise.all([test.close(), database.drop()]));

const device = (): DeviceRecord => ({
  id: newId<DeviceId>(),
  userId: newId<UserId>(),
  fingerprintHash: newId<string>(),
  label: 'Chrome on Linux',
  userAgent: 'agent',
  platform: 'Linux',
  screen: null,
  languages: ['en'],
  trusted: false,
  firstSeenAt: new Date('2026-01-01T00:00:00Z'),
  lastSeenAt: new Date('2026-01-02T00:00:00Z'),
});

it('answers the same as the store, from the cache the second time', async () => {
  const store = new MongoDevices(database.connection);
  const cache = createCache({ redis: test.redis, newId });
  const devices = cachedDevices(store, cache);
  const added = device();
  expect(await devices.byFingerprint(added.userId, added.fingerprintHash)).toBeNull();
  await devices.add(added);
  for (const time of ['first', 'second']) {
    expect(await devices.byId(added.id), time).toEqual(added);
    expect(await devices.byFingerprint(added.userId, added.fingerprintHash), time).toEqual(added);
  }
  const { kinds } = await cache.state();
  expect(kinds.find(({ kind }) => kind === 'device_profile')).toMatchObject({ hits: 2, misses: 3 });
});

it('never answers what was changed or removed, on any process', async () => {
  const store = new MongoDevices(database.connection);
  const second = test.connect();
  await second.ready(5_000);
  const processes = [test.redis, second].map((redis) =>
    cachedDevices(store, createCache({ redis, newId })),
  );
  const [here, there] = processes as [(typeof processes)[0], (typeof processes)[0]];
  const added = device();
  await here.add(added);
  await there.byId(added.id);
  await there.byFingerprint(added.userId, added.fingerprintHash);
  await here.change(added.id, { trusted: true });
  expect((await there.byId(added.id))?.trusted).toBe(true);
  expect((await there.byFingerprint(added.userId, added.fingerprintHash))?.trusted).toBe(true);
  await here.remove(added.id);
  expect(await there.byId(added.id)).toBeNull();
  expect(await there.byFingerprint(added.userId, added.fingerprintHash)).toBeNull();
});

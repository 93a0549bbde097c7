// The cache on a real Redis: loaded once, never stale after a drop, closed when Redis is away.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../world';
import { createCache } from './cache';
import { openTestRedis, type TestRedis } from './testing';

let test: TestRedis;
beforeEach(async () => {
  test = await openTestRedis();
});
afterEach(async () => {
  await test.close();
});

const open = (redis = test.redis) => createCache({ redis, newId });

describe('through', () => {
  it('loads once however many ask at the same time, in one process and across them', async () => {
    let loads = 0;
    const load = async () => {
      loads++;
      await sleep(60);
      return { answer: 42 };
    };
    const caches = [open(), open(test.connect()), open(test.connect())];
    await sleep(100);
    const asked = caches.flatMap((cache) =>
      Array.from({ length: 50 }, () => cache.through('context_score', 'request', load)),
    );
    const answers = await Promise.all(asked);
    expect(loads).toBe(1);
    expect(answers.every(({ answer }) => answer === 42)).toBe(true);
  });

  it('keeps a value under a versioned key for the time of its kind', async () => {
    await open().through('device_profile', 'd1', async () => 'profile');
    const key = 'cache:v1:device_profile:d1';
    expect(await test.redis.commands.get(key)).toBe('"profile"');
    expect(await test.redis.commands.ttl(key)).toBeGreaterThan(7_190);
    expect(await test.redis.commands.exists('cache:v1:lock:device_profile:d1')).toBe(0);
  });

  it('hands a failed load to those who asked, and the next one tries again at once', async () => {
    const cache = open();
    const failing = () =>
      cache.through('context_score', 'k', () => Promise.reject(new Error('no')));
    await expect(Promise.all([failing(), failing()])).rejects.toThrow('no');
    expect(await cache.through('context_score', 'k', async () => 1)).toBe(1);
  });

  it('does not store what was dropped while it was loaded', async () => {
    const cache = open();
    let finish: (value: string) => void = () => undefined;
    const slow = cache.through(
      'context_score',
      'k',
      () => new Promise<string>((resolve) => (finish = resolve)),
    );
    await sleep(50);
    await cache.drop('context_score', 'k');
    finish('stale');
    expect(await slow).toBe('stale');
    expect(await cache.through('context_score', 'k', async () => 'fresh')).toBe('fresh');
  });

  it('refuses when Redis is away, though the value could be loaded', async () => {
    const connections = test.connect();
    await connections.ready();
    connections.close();
    const cache = open(connections);
    await expect(cache.through('context_score', 'k', async () => 1)).rejects.toMatchObject({
      code: 'unavailable',
    });
    await expect(cache.state()).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('state', () => {
  it('counts hits and misses by kind, and what Redis holds', async () => {
    const cache = open();
    for (const value of [1, 2, 3]) await cache.through('threat_prediction', 'k', async () => value);
    const state = await cache.state();
    expect(state.kinds.find(({ kind }) => kind === 'threat_prediction')).toEqual({
      kind: 'threat_prediction',
      ttl_seconds: 1_800,
      hits: 2,
      misses: 1,
    });
    expect(state.total_keys).toBeGreaterThanOrEqual(1);
    expect(state.used_memory).toBeGreaterThan(100_000);
  });
});

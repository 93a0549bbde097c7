// The sign-in throttle and the rate limit on a real Redis.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAllowance } from './rate-limit';
import { createSignInThrottle } from './sign-in-throttle';
import { openTestRedis, type TestRedis } from './testing';

let test: TestRedis;
beforeEach(async () => {
  test = await openTestRedis();
});
afterEach(async () => {
  await test.close();
});

const ADDRESS = '192.0.2.7';

describe('the sign-in throttle', () => {
  it('blocks an account after five failures, and every further time for twice as long', async () => {
    const throttle = createSignInThrottle(test.redis);
    const fail = async () => {
      await throttle.check('ada@example.com', ADDRESS);
      return throttle.failed('ada@example.com', ADDRESS);
    };
    const waits: number[] = [];
    for (let round = 0; round < 3; round++) {
      for (let failure = 1; failure <= 5; failure++) {
        expect(await fail()).toEqual({
          failuresOfAccount: failure,
          failuresOfAddress: round * 6 + failure,
        });
      }
      const refused = await fail().catch(
        (error: { code: string; retryAfterSeconds: number }) => error,
      );
      expect(refused).toMatchObject({ code: 'too-fast' });
      waits.push((refused as { retryAfterSeconds: number }).retryAfterSeconds);
      const blocked = (await test.redis.commands.keys(`${test.prefix}sign-in:account:*`))[0]!;
      await test.redis.commands.del(blocked.slice(test.prefix.length));
    }
    expect(waits).toEqual([60, 120, 240]);
  });

  it('lets no more guesses through when they come all at once', async () => {
    const throttle = createSignInThrottle(test.redis);
    const tries = Array.from({ length: 30 }, () => throttle.check('ada@example.com', ADDRESS));
    const outcomes = await Promise.allSettled(tries);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
  });

  it('blocks an address that tries many accounts', async () => {
    const throttle = createSignInThrottle(test.redis);
    for (let guess = 0; guess < 50; guess++)
      await throttle.check(`person${guess}@example.com`, ADDRESS);
    await expect(throttle.check('other@example.com', ADDRESS)).rejects.toMatchObject({
      code: 'too-fast',
    });
    await throttle.check('other@example.com', '192.0.2.8');
  });

  it('forgets the failures of an account that signed in, and keeps no address in clear', async () => {
    const throttle = createSignInThrottle(test.redis);
    for (let failure = 0; failure < 4; failure++) {
      await throttle.check('ada@example.com', ADDRESS);
      await throttle.failed('ada@example.com', ADDRESS);
    }
    expect(await throttle.check('Ada@example.com', ADDRESS)).toEqual({ failuresOfAccount: 4 });
    await throttle.succeeded('ada@example.com', ADDRESS);
    expect(await throttle.check('ada@example.com', ADDRESS)).toEqual({ failuresOfAccount: 0 });
    const keys = await test.redis.commands.keys(`${test.prefix}sign-in:*`);
    // Without the prefix: it is random, and may hold these very characters.
    const named = keys.map((key) => key.slice(test.prefix.length));
    expect(named.join()).not.toMatch(/ada@|192\.0/);
  });
});

describe('the rate limit', () => {
  it('tells a caller what is left of its minute, and counts others apart', async () => {
    const count = createAllowance(test.redis);
    expect(await count('login:caller', 3)).toMatchObject({ allowed: true, remaining: 2 });
    await count('login:caller', 3);
    await count('login:caller', 3);
    expect(await count('login:caller', 3)).toMatchObject({ allowed: false, remaining: 0 });
    expect(await count('login:somebody else', 3)).toMatchObject({ allowed: true });
  });

  it('of a wide limit is taken in blocks, by many processes together never beyond it', async () => {
    const perMinute = 1_200;
    const other = test.connect();
    await other.ready();
    const processes = [createAllowance(test.redis), createAllowance(other)];
    // Each is asked for more than the whole: which of the two gets how much of it is theirs to race for.
    const answers = await Promise.all(
      Array.from({ length: 2 * (perMinute + 100) }, (_, at) =>
        processes[at % 2]!('proxy', perMinute),
      ),
    );
    const [allowed, refused] = [true, false].map((is) =>
      answers.filter((each) => each.allowed === is),
    );
    expect(allowed!.length).toBeLessThanOrEqual(perMinute);
    expect(allowed!.length).toBeGreaterThanOrEqual(perMinute - 2 * 2);
    expect(new Set(refused!.map((each) => each.remaining))).toEqual(new Set([0]));
    expect(answers[0]?.remaining).toBe(perMinute - 1);
  });

  it('refuses everybody when Redis is away', async () => {
    const connections = test.connect();
    await connections.ready();
    const count = createAllowance(connections);
    connections.close();
    await expect(count('login:caller', 3)).rejects.toMatchObject({ code: 'unavailable' });
  });
});

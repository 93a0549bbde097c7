// Configuration.
import { describe, expect, it } from 'vitest';
import { readConfig } from './config';

const needed = {
  MONGODB_URL: 'mongodb://localhost/verity',
  REDIS_URL: 'redis://localhost:6379/0',
  RABBITMQ_URL: 'amqp://localhost',
  MASTER_KEY: 'a1'.repeat(32),
};

describe('readConfig', () => {
  it('fills in what has a default', () => {
    const config = readConfig(needed);
    expect(config).toMatchObject({
      PORT: 5000,
      ROLES: ['http', 'pipeline'],
      PUBLIC_URL: 'http://localhost:5000',
    });
  });

  it('builds the Redis address from its parts', () => {
    const { REDIS_URL: _, ...rest } = needed;
    const config = readConfig({
      ...rest,
      REDIS_HOST: 'cache',
      REDIS_PORT: '6380',
      REDIS_DB: '2',
      REDIS_PASSWORD: 'p@ss',
    });
    expect(config.REDIS_URL).toBe('redis://:p%40ss@cache:6380/2');
  });

  it('names every variable that does not fit, and no value', () => {
    const secret = 'not-a-key-but-secret';
    expect(() => readConfig({ ...needed, MASTER_KEY: secret, PORT: '99999' })).toThrow(
      /MASTER_KEY.*|PORT/,
    );
    try {
      readConfig({ ...needed, MASTER_KEY: secret, PORT: '99999' });
    } catch (error) {
      expect(String(error)).toContain('PORT');
      expect(String(error)).not.toContain(secret);
    }
  });

  it('takes an empty variable for an absent one', () => {
    expect(readConfig({ ...needed, PORT: '', REDIS_PASSWORD: '' }).PORT).toBe(5000);
  });

  it('refuses a well-known master key in production', () => {
    expect(() => readConfig({ ...needed, MASTER_KEY: '0'.repeat(64) })).toThrow(/well-known/);
  });
});

// .env.example and the configuration schema say the same, both ways.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigSchema } from '@verity/adapters/config';
import { expect, it } from 'vitest';
import { projectRoot } from '../bundle.mjs';
import { readEnvExample } from './env-example';

/** Read by the scripts that start the stack, not by the server processes. */
const OF_THE_STACK = ['REDIS_APPENDFSYNC', 'RABBITMQ_PASSWORD'];
const examples = readEnvExample();

it('explains every variable of the configuration, and no other', () => {
  const names = examples.map(({ name }) => name);
  expect([...names].sort()).toEqual([...Object.keys(ConfigSchema.shape), ...OF_THE_STACK].sort());
});

it('has a line of meaning above every variable', () => {
  const text = readFileSync(join(projectRoot, '.env.example'), 'utf8');
  expect(text.match(/^#?[A-Z_]+=/gm)).toHaveLength(examples.length);
});

it('shows the default of every variable that has one', () => {
  const required = {
    MONGODB_URL: 'mongodb://host/verity',
    RABBITMQ_URL: 'amqp://host',
    MASTER_KEY: 'ab'.repeat(32),
  };
  const shown = examples.filter(({ name, value }) => value && !OF_THE_STACK.includes(name));
  const fromExample = ConfigSchema.parse({
    ...Object.fromEntries(shown.map(({ name, value }) => [name, value])),
    ...required,
  });
  const defaults = ConfigSchema.parse(required);
  for (const { name } of shown) {
    const key = name as keyof typeof defaults;
    if (defaults[key] !== undefined)
      expect([name, fromExample[key]]).toEqual([name, defaults[key]]);
  }
});

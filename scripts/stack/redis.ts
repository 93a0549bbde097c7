// Redis: the program on the PATH, on a loopback port of its own, every write on disk.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { rememberedPort } from './free-port';
import type { Launch, Part, PartHome } from './part';
import { findProgram } from './program';

export const redis: Part = {
  name: 'redis',
  title: 'Redis',
  variable: 'REDIS_URL',
  debianPackage: 'redis-server',
  composeService: 'redis',
  named(env) {
    if (env.REDIS_URL) return env.REDIS_URL;
    if (!env.REDIS_HOST) return undefined;
    const password = env.REDIS_PASSWORD ? `:${encodeURIComponent(env.REDIS_PASSWORD)}@` : '';
    return `redis://${password}${env.REDIS_HOST}:${env.REDIS_PORT ?? 6379}/${env.REDIS_DB ?? 0}`;
  },
  async find() {
    const program = findProgram('redis-server');
    return program
      ? { source: program, launch: (home) => Promise.resolve(launch(program, home)) }
      : undefined;
  },
  async probe(url) {
    const client = new Redis(url, {
      lazyConnect: true,
      retryStrategy: () => null,
      connectTimeout: 5_000,
      maxRetriesPerRequest: 0,
    });
    // The rejection of connect() says the same.
    client.on('error', () => client.disconnect());
    try {
      await client.connect();
      await client.ping();
      return /redis_version:(\S+)/.exec(await client.info('server'))?.[1] ?? 'unknown';
    } finally {
      client.disconnect();
    }
  },
};

async function launch(program: string, home: PartHome): Promise<Launch> {
  const port = await rememberedPort(join(home.data, 'port'));
  const password = home.secret('redis-password');
  const config = join(home.data, 'redis.conf');
  // A file, because the arguments of a process are everybody's to read.
  writeFileSync(config, configuration(home.data, port, password), { mode: 0o600 });
  const url = `redis://:${password}@127.0.0.1:${port}/0`;
  return {
    url,
    child: {
      command: program,
      args: [config],
      cwd: home.data,
      stopDeadlineMs: 4_000,
      ready: () => redis.probe(url).then(Boolean, () => false),
    },
  };
}

function configuration(data: string, port: number, password: string): string {
  return [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${password}`,
    `dir "${data.replace(/["\\]/g, '\\$&')}"`,
    'appendonly yes',
    // Acknowledged means on disk. `everysec` is faster and may lose the last second.
    `appendfsync ${process.env.REDIS_APPENDFSYNC ?? 'always'}`,
    'save ""',
    // The bus and live sessions are here: refuse rather than forget.
    'maxmemory-policy noeviction',
    '',
  ].join('\n');
}

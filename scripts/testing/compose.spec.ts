// docker-compose.yml, checked without a Docker engine: its form, and that every file, port and
// variable that it names is there.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigSchema } from '@verity/adapters/config';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { projectRoot } from '../bundle.mjs';
import { parts } from '../stack/parts';
import { readEnvExample } from './env-example';
import { readYaml } from './read-yaml';

const text = readFileSync(join(projectRoot, 'docker-compose.yml'), 'utf8');
const duration = z.string().regex(/^\d+(ms|s|m|h)$/);
const scalar = z.union([z.string(), z.number(), z.boolean()]);
const ServiceSchema = z.strictObject({
  hostname: z.string().optional(),
  image: z.string().regex(/^[a-z./-]+:[\w.-]+$/),
  build: z.string().optional(),
  restart: z.enum(['no', 'always', 'on-failure', 'unless-stopped']),
  init: z.boolean().optional(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), scalar).optional(),
  volumes: z.array(z.string()).optional(),
  ports: z.array(z.string()).optional(),
  networks: z.array(z.string()),
  stop_grace_period: duration.optional(),
  deploy: z.strictObject({ replicas: z.int().positive() }).optional(),
  depends_on: z
    .record(
      z.string(),
      z.strictObject({
        condition: z.enum(['service_started', 'service_healthy', 'service_completed_successfully']),
      }),
    )
    .optional(),
  healthcheck: z
    .strictObject({
      test: z.tuple([z.enum(['CMD', 'CMD-SHELL'])], z.string()),
      interval: duration,
      timeout: duration,
      retries: z.int(),
      start_period: duration.optional(),
    })
    .optional(),
});
const ComposeSchema = z.strictObject({
  name: z.string(),
  'x-verity': z.unknown(),
  services: z.record(z.string(), ServiceSchema),
  networks: z.record(z.string(), z.union([z.null(), z.strictObject({ internal: z.boolean() })])),
  volumes: z.record(z.string(), z.null()),
});

const compose = ComposeSchema.parse(await readYaml(text));
const services = Object.entries(compose.services);
const ours = services.filter(([, { image }]) => image === 'verity:local');

describe.each(services)('the service %s', (_name, service) => {
  it('depends on services that are there, healthy when it waits for that', () => {
    for (const [name, { condition }] of Object.entries(service.depends_on ?? {})) {
      const other = compose.services[name];
      expect(other, name).toBeDefined();
      if (condition === 'service_healthy') expect(other?.healthcheck, name).toBeDefined();
      if (condition === 'service_completed_successfully') expect(other?.restart).toBe('no');
    }
  });

  it('uses networks, volumes and files that are there', () => {
    for (const network of service.networks) expect(compose.networks).toHaveProperty(network);
    for (const volume of service.volumes ?? []) {
      const source = volume.split(':')[0] as string;
      if (source.startsWith('.')) expect(existsSync(join(projectRoot, source)), source).toBe(true);
      else expect(compose.volumes).toHaveProperty(source);
    }
    if (service.build) {
      expect(existsSync(join(projectRoot, service.build, 'Dockerfile'))).toBe(true);
    }
  });
});

it('gives our processes only variables that the configuration knows, and all that have no default', () => {
  expect(ours.length).toBeGreaterThanOrEqual(2);
  for (const [, { environment = {} }] of ours) {
    const known = Object.keys(ConfigSchema.shape);
    expect(known).toEqual(expect.arrayContaining(Object.keys(environment)));
    // As whoever reads them does: what is empty is not given.
    const given = Object.entries(environment)
      .map(([key, value]) => [key, filled(String(value))])
      .filter(([, value]) => value !== '');
    expect(ConfigSchema.safeParse(Object.fromEntries(given)).error?.issues).toBeUndefined();
  }
});

/** A value with its variables filled in, as from an .env file. */
function filled(value: string): string {
  return value
    .replace(/\$\{MASTER_KEY[^}]*\}/, 'ab'.repeat(32))
    .replace(/\$\{\w+:-([^}]*)\}/g, '$1')
    .replace(/\$\{\w+:\?[^}]*\}/g, 'given');
}

it('takes from .env only variables that .env.example explains', () => {
  const variables = Array.from(text.matchAll(/\$\{(\w+)/g), ([, name]) => name as string);
  const explained = readEnvExample().map(({ name }) => name);
  expect(explained).toEqual(expect.arrayContaining(variables));
});

it('names hosts in URLs, proxies and commands that are services, by ports these listen on', () => {
  const listens: Record<string, number> = {
    mongodb: 27017,
    redis: 6379,
    rabbitmq: 5672,
    ipfs: 5001,
    chain: 8545,
    api: 5000,
  };
  const balancer = readFileSync(join(projectRoot, 'scripts/compose/balancer.conf'), 'utf8');
  const init = readFileSync(join(projectRoot, 'scripts/compose/mongodb-init.js'), 'utf8');
  const addresses = [
    ...text.matchAll(/(?:@|\/\/)(mongodb|redis|rabbitmq|ipfs|chain|api):(\d+)/g),
    ...balancer.matchAll(/server (\w+):(\d+)/g),
    ...init.matchAll(/host: '(\w+):(\d+)'/g),
  ];
  expect(addresses.length).toBeGreaterThanOrEqual(4);
  for (const [, host, port] of addresses) {
    expect(compose.services).toHaveProperty(host as string);
    expect(listens[host as string]).toBe(Number(port));
  }
  for (const [, { environment }] of ours) expect(environment?.PORT).toBe(listens.api);
});

it('publishes the port on which the balancer listens, and no other', () => {
  const balancer = readFileSync(join(projectRoot, 'scripts/compose/balancer.conf'), 'utf8');
  const [, listen] = /listen (\d+);/.exec(balancer) ?? [];
  expect(compose.services.balancer?.ports).toEqual([`\${PORT:-5000}:${listen}`]);
  expect(services.filter(([, { ports }]) => ports).map(([name]) => name)).toEqual(['balancer']);
});

it('has a service for every part of the stack', () => {
  for (const part of parts) expect(compose.services).toHaveProperty(part.composeService);
});

it('builds the image from the manifest of every workspace, and starts what the build makes', () => {
  const dockerfile = readFileSync(join(projectRoot, 'Dockerfile'), 'utf8');
  const lock = JSON.parse(readFileSync(join(projectRoot, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, unknown>;
  };
  const workspaces = Object.keys(lock.packages).filter((p) => p && !p.includes('node_modules'));
  for (const workspace of workspaces) {
    expect(dockerfile).toContain(`COPY ${workspace}/package.json ${workspace}/`);
  }
  expect(dockerfile).toContain('dist/server/main.mjs');
  expect(dockerfile).toContain('\nUSER node\n');
});

// Measures speed and survival: npm run -s bench -- NAME [options] --json. Progress on stderr, one JSON object on stdout.
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Misfit, type Bench } from './bench/measure';

/** Loaded when it is asked for, so that one bench never waits for, or breaks by, what another needs. */
const BENCHES: Record<string, { usage: string; load: () => Promise<{ bench: Bench }> }> = {
  'risk-latency': {
    usage: '[--sessions N] [--seconds N] [--runs N]',
    load: () => import('./bench/risk-latency'),
  },
  enforce: {
    usage: '[--processes N] [--sockets N] [--runs N]',
    load: () => import('./bench/enforce'),
  },
  fanout: {
    usage: '[--sockets N] [--runs N] [--seconds OF_THE_CUT]',
    load: () => import('./bench/fanout'),
  },
  'live-sessions': {
    usage: '[--sessions N] [--seconds N]',
    load: () => import('./bench/live-sessions'),
  },
  authorize: {
    usage: '[--sessions N] [--sockets CONNECTIONS] [--seconds N] [--runs N]',
    load: () => import('./bench/authorize'),
  },
  bus: { usage: '[--runs N] [--events N]', load: () => import('./bench/bus') },
  jobs: { usage: '[--runs N] [--jobs N] [--peers none]', load: () => import('./bench/jobs') },
  'jobs-chaos': {
    usage: '[--jobs N] [--kills N] [--seed N]',
    load: () => import('./bench/jobs-chaos'),
  },
  audit: {
    usage: '[--runs N] [--events N] [--entries OF_THE_TREE]',
    load: () => import('./bench/audit'),
  },
  training: { usage: '[--people N]', load: () => import('./bench/training') },
};

const usage = (): string =>
  [
    'Usage: npm run -s bench -- NAME [options] [--json]',
    ...Object.entries(BENCHES).map(([name, { usage }]) => `  ${name} ${usage}`),
  ].join('\n');

async function main(): Promise<number> {
  let parsed;
  try {
    parsed = parseArgs({
      allowPositionals: true,
      options: {
        json: { type: 'boolean' },
        runs: { type: 'string' },
        events: { type: 'string' },
        entries: { type: 'string' },
        jobs: { type: 'string' },
        kills: { type: 'string' },
        peers: { type: 'string' },
        seed: { type: 'string' },
        people: { type: 'string' },
        sessions: { type: 'string' },
        seconds: { type: 'string' },
        sockets: { type: 'string' },
        processes: { type: 'string' },
      },
    });
  } catch (error) {
    console.error(`${(error as Error).message}\n${usage()}`);
    return 2;
  }
  const [name = '', ...rest] = parsed.positionals;
  const chosen = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
  if (!chosen || rest.length > 0) {
    console.error(name ? `There is no bench "${[name, ...rest].join(' ')}".\n${usage()}` : usage());
    return 2;
  }
  const began = performance.now();
  try {
    const { bench } = await chosen.load();
    const figures = await bench(parsed.values, (progress) => console.error(progress));
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    const result = {
      name,
      version,
      node: process.versions.node,
      cpus: availableParallelism(),
      date: new Date().toISOString(),
      seconds: Math.round((performance.now() - began) / 10) / 100,
      ...figures,
    };
    if (parsed.values.json) console.log(JSON.stringify(result));
    else for (const [key, value] of Object.entries(result)) console.log(key.padEnd(28), value);
    return 0;
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    console.error(error.message);
    return 2;
  }
}

process.exitCode = await main();

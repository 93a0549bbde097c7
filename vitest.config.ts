// Specs of the backend and the scripts, against a real Redis and MongoDB.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { defineConfig, type Plugin } from 'vitest/config';
import { bundle, sourceOf } from './scripts/bundle.mjs';

const THREAD = /new URL\('\.\/([\w-]+)\.thread\.mjs', import\.meta\.url\)/g;

/** A worker thread runs bundled here too: its source becomes the address of its bundle. */
const threads: Plugin = {
  name: 'worker-threads',
  // Before anything rewrites the expression that is looked for.
  enforce: 'pre',
  async transform(code, id) {
    if (!id.endsWith('.ts') || id.endsWith('.spec.ts')) return undefined;
    let result = code;
    for (const [expression, name] of code.matchAll(THREAD)) {
      const source = join(dirname(id), `${name}.thread.ts`);
      if (!existsSync(source)) throw new Error(`${source} is missing`);
      const url = pathToFileURL(await bundle(source)).href;
      result = result.replace(expression, `new URL('${url}')`);
    }
    return result === code ? undefined : { code: result, map: null };
  },
};

/** Our workspaces from their sources, in the setup as well, which goes by conditions of its own. */
const workspaces: Plugin = {
  name: 'workspaces',
  enforce: 'pre',
  resolveId(id) {
    return id.startsWith('@verity/') ? sourceOf(id) : undefined;
  },
};

const conditions = ['source', 'node', 'default'];

export default defineConfig({
  plugins: [threads, workspaces],
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: [
      'backend/**/*.spec.ts',
      'jobs/**/*.spec.ts',
      'contracts/**/*.spec.ts',
      'frontend/**/*.spec.ts',
      'scripts/**/*.spec.ts',
    ],
    globalSetup: ['scripts/testing/stack.ts'],
    pool: 'forks',
    // Files share a process and its modules: to load them anew for each took half of the time.
    isolate: false,
    // Many specs wait for a process, a clock or a chain: two side by side keep two cores busy.
    maxWorkers: 2,
    // On a machine that has much else to do; nothing here is measured by the clock.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
  },
});

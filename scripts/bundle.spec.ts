// Bundles run on plain Node: with sources of workspaces, threads beside them, and whole exit codes.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bundle, bundleWhole, projectRoot } from './bundle.mjs';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'verity-bundle-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('starts a thread from its own bundle beside that of the program', async () => {
  mkdirSync(join(folder, 'inside'));
  writeFileSync(join(folder, 'main.ts'), "import './inside/parent';\n");
  writeFileSync(
    join(folder, 'inside/parent.ts'),
    `import { Worker } from 'node:worker_threads';
     const worker = new Worker(new URL('./count.thread.mjs', import.meta.url));
     worker.on('message', (sum: number) => process.exit(sum));`,
  );
  writeFileSync(
    join(folder, 'inside/count.thread.ts'),
    `import { parentPort } from 'node:worker_threads';
     parentPort?.postMessage([3, 4].reduce((a: number, b: number) => a + b));`,
  );
  const program = await bundle(join(folder, 'main.ts'), join(folder, 'out/main.mjs'));
  expect(spawnSync(process.execPath, [program]).status).toBe(7);
});

it('names a thread whose source is missing', async () => {
  writeFileSync(join(folder, 'main.ts'), "new URL('./lost.thread.mjs', import.meta.url);\n");
  await expect(bundle(join(folder, 'main.ts'), join(folder, 'main.mjs'))).rejects.toThrow(
    'no lost.thread.ts',
  );
});

it('passes arguments to the program and its exit code back, and names the line of an error', () => {
  const entry = join(projectRoot, 'scripts/testing/exit-with.ts');
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ['scripts/run.mjs', entry, ...args], {
      cwd: projectRoot,
      encoding: 'utf8',
    });
  expect(run('5').status).toBe(5);
  const broken = run('not a number');
  expect(broken.status).toBe(1);
  expect(broken.stderr).toContain('scripts/testing/exit-with.ts:5');
});

it('bundles a program with its packages, and again only when a source has changed', async () => {
  const inside = mkdtempSync(join(projectRoot, '.build', 'spec-'));
  try {
    const entry = join(inside, 'main.ts');
    writeFileSync(entry, "import { z } from 'zod';\nprocess.exit(z.number().parse(5));\n");
    const program = await bundleWhole(entry);
    expect(spawnSync(process.execPath, [program]).status).toBe(5);
    const { mtimeMs } = statSync(program);
    expect(await bundleWhole(entry)).toBe(program);
    expect(statSync(program).mtimeMs).toBe(mtimeMs);
    writeFileSync(entry, 'process.exit(6);\n');
    expect(spawnSync(process.execPath, [await bundleWhole(entry)]).status).toBe(6);
  } finally {
    rmSync(inside, { recursive: true, force: true });
    rmSync(join(projectRoot, '.build/.build'), { recursive: true, force: true });
  }
});

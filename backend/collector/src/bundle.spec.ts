import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

test('the module that pages load has no dependency and weighs less than 12 kB gzip', async () => {
  const { outputFiles, metafile } = await build({
    entryPoints: [fileURLToPath(new URL('./browser.ts', import.meta.url))],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['source'],
    outdir: '.',
  });
  const inputs = Object.keys(metafile.inputs);
  expect(inputs.filter((path) => !path.includes('collector/src/'))).toEqual([]);
  expect(gzipSync(outputFiles[0]!.contents).length).toBeLessThan(12_288);
});

// Builds the SDK into dist/sdk: one ES module for Node, Deno, Bun and workers, and declarations that need nothing else.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import ts from 'typescript';
import { projectRoot } from '../bundle.mjs';
import { expandTypes } from './expand-types';

const source = join(projectRoot, 'backend/sdk/src');
export const sdkDir = join(projectRoot, 'dist/sdk');

/** The module alone, in a moment. */
export async function bundleSdk(): Promise<void> {
  await build({
    entryPoints: [join(source, 'index.ts')],
    absWorkingDir: projectRoot,
    outfile: join(sdkDir, 'index.js'),
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    logLevel: 'error',
  });
}

/** The module and its declarations. */
export async function buildSdk(): Promise<void> {
  await bundleSdk();
  mkdirSync(sdkDir, { recursive: true });
  for (const file of ['index', 'client', 'webhook']) {
    const text = readFileSync(join(source, `${file}.ts`), 'utf8');
    const { outputText } = ts.transpileDeclaration(text, {
      fileName: `${file}.ts`,
      compilerOptions: { isolatedDeclarations: true, strict: true },
    });
    writeFileSync(join(sdkDir, `${file}.d.ts`), outputText.replaceAll(/'\.\/(\w+)'/g, "'./$1.js'"));
  }
  const { config } = ts.readConfigFile(join(projectRoot, 'tsconfig.base.json'), (path) =>
    ts.sys.readFile(path),
  ) as {
    config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, projectRoot);
  const types = expandTypes(join(source, 'types.ts'), options);
  const head =
    '// The shapes that an application exchanges with Verity; written by `npm run build`.\n';
  writeFileSync(join(sdkDir, 'types.d.ts'), head + types);
  const about = { name: '@verity/sdk', version: '0.1.0', type: 'module', exports: './index.js' };
  const manifest = { ...about, types: './index.d.ts', license: 'Apache-2.0' };
  writeFileSync(join(sdkDir, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

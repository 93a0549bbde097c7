// Builds the verifier: two programs, a module for pages, and one page that works from a disk; each is a file that needs no other.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, transform, type BuildOptions } from 'esbuild';
import { projectRoot } from '../bundle.mjs';

export const verifyDir = join(projectRoot, 'dist', 'verify');
/** What /verify.js and /verify.html serve. */
export const verifyModule = join(verifyDir, 'verify.js');
export const verifyPage = join(verifyDir, 'verify.html');
const source = (name: string): string => join(projectRoot, 'backend/verify/src', name);

/** Into a folder: verity-verify.mjs, verity-witness.mjs, verify.js, verify.html. */
export async function buildVerifier(folder = verifyDir): Promise<void> {
  const [verify, witness, module, script] = await Promise.all([
    bundled('verify.ts', { platform: 'node', target: 'node20' }),
    bundled('witness.ts', { platform: 'node', target: 'node20' }),
    bundled('browser.ts', { platform: 'browser', target: 'es2022', minify: true }),
    bundled('page.ts', { platform: 'browser', target: 'es2022', minify: true, format: 'iife' }),
  ]);
  mkdirSync(folder, { recursive: true });
  const put = (name: string, text: string): void => {
    const path = join(folder, name);
    writeFileSync(`${path}.${process.pid}`, text);
    renameSync(`${path}.${process.pid}`, path);
  };
  put('verity-verify.mjs', verify);
  put('verity-witness.mjs', witness);
  put('verify.js', module);
  put('verify.html', await page(script));
}

async function bundled(entry: string, options: BuildOptions): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [source(entry)],
    absWorkingDir: projectRoot,
    bundle: true,
    write: false,
    format: 'esm',
    conditions: ['source'],
    logLevel: 'error',
    ...options,
  });
  return outputFiles?.[0]?.text ?? '';
}

/** The page with its script and style inside, and a policy that lets in nothing else. */
async function page(script: string): Promise<string> {
  const { code: style } = await transform(readFileSync(source('page.css'), 'utf8'), {
    loader: 'css',
    minify: true,
  });
  // The text of an element in between has to be what was hashed.
  const inline = {
    script: script.replaceAll('</script', '<\\/script').trim(),
    style: style.trim(),
  };
  const policy = [
    "default-src 'none'",
    `script-src '${digest(inline.script)}'`,
    `style-src '${digest(inline.style)}'`,
    'connect-src http: https:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return readFileSync(source('page.html'), 'utf8')
    .replace('__POLICY__', () => policy)
    .replace('<style></style>', () => `<style>${inline.style}</style>`)
    .replace('<script></script>', () => `<script>${inline.script}</script>`);
}

const digest = (text: string): string =>
  `sha256-${createHash('sha256').update(text).digest('base64')}`;

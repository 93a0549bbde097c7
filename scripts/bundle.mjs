// Bundles a TypeScript entry with esbuild, so that plain Node runs the sources of every workspace.
//
// Worker threads: an entry of a thread is a file `name.thread.ts`, its name unique in the project,
// started from a source beside it by `new Worker(new URL('./name.thread.mjs', import.meta.url))`.
// The bundle of a program is one file, so the thread comes out beside that file, as its own bundle.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const THREAD = /\.\/([\w-]+)\.thread\.mjs/g;

/** The root of the project, found from a source file as well as from a bundle of it. */
export const projectRoot = (() => {
  for (let at = dirname(fileURLToPath(import.meta.url)); ; at = dirname(at)) {
    const manifest = join(at, 'package.json');
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name === 'verity') {
      return at;
    }
    if (at === dirname(at)) throw new Error('scripts/bundle.mjs runs outside of the project');
  }
})();

/** The workspace that has a package in a version of its own, beside the one of the root. */
function workspaceWithOwn(path) {
  const name = path.split('/', path.startsWith('@') ? 2 : 1).join('/');
  return readdirSync(join(projectRoot, 'backend'))
    .map((workspace) => join(projectRoot, 'backend', workspace))
    .find((workspace) => existsSync(join(workspace, 'node_modules', name)));
}

/** `@verity/x/a/b` is the source `backend/x/src/a/b.ts`, `@verity/jobs/a` is `jobs/src/a.ts`. */
export function sourceOf(id) {
  const [, workspace, ...inside] = id.split('/');
  const folder = workspace === 'jobs' ? 'jobs' : join('backend', workspace);
  return join(projectRoot, folder, 'src', `${inside.join('/')}.ts`);
}

/**
 * Our workspaces from their sources. Every other package stays outside, unless the bundle, which lies elsewhere than its
 * sources, would then be given another version of it.
 */
const workspaces = {
  name: 'workspaces',
  setup(build) {
    build.onResolve({ filter: /^@verity\// }, ({ path }) => ({ path: sourceOf(path) }));
    build.onResolve({ filter: /^[^./]/ }, ({ path, kind, pluginData }) => {
      if (kind === 'entry-point' || pluginData === workspaces) return undefined;
      const resolveDir = workspaceWithOwn(path);
      if (!resolveDir) return { path, external: true };
      return build.resolve(path, { kind, resolveDir, pluginData: workspaces });
    });
  },
};

/** Where the bundle of an entry goes: `.build/` with the path of the source inside. */
function builtPath(entry) {
  return join(projectRoot, '.build', relative(projectRoot, entry)).replace(/\.ts$/, '.mjs');
}

/** One ES module for Node out of an entry, in memory. */
function built(entry, outfile, more) {
  // Required late: setup.mjs may have to install it first.
  const { build } = createRequire(import.meta.url)('esbuild');
  return build({
    entryPoints: [resolve(projectRoot, entry)],
    absWorkingDir: projectRoot,
    outfile,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    ...more,
  });
}

/** A file appears whole or not at all. */
function putWhole(path, contents) {
  mkdirSync(dirname(path), { recursive: true });
  const whole = `${path}.${process.pid}`;
  writeFileSync(whole, contents);
  renameSync(whole, path);
}

/**
 * Bundles `entry` (absolute, or from the root) and the threads it starts; returns the path of the
 * bundle. Files appear whole or not at all, so processes may bundle the same entry at once.
 */
export async function bundle(entry, outfile = builtPath(resolve(projectRoot, entry))) {
  const { outputFiles, metafile } = await built(entry, outfile, {
    sourcemap: true,
    conditions: ['source'],
    plugins: [workspaces],
  });
  for (const { path, contents } of outputFiles) putWhole(path, contents);
  const program = outputFiles.find(({ path }) => path === outfile);
  const threads = new Set(Array.from(program.text.matchAll(THREAD), ([, name]) => name));
  for (const name of threads) {
    await bundleThread(name, Object.keys(metafile.inputs), dirname(outfile));
  }
  return outfile;
}

async function bundleThread(name, inputs, folder) {
  const source = inputs
    .map((input) => join(projectRoot, dirname(input), `${name}.thread.ts`))
    .find((path) => existsSync(path));
  if (!source) throw new Error(`${name}.thread.mjs is started, but no ${name}.thread.ts is there`);
  await bundle(source, join(folder, `${name}.thread.mjs`));
}

/**
 * Bundles `entry` with every package that it needs, in ES modules, and returns the path: a program of many small modules
 * starts ten times as fast that way. It takes a second, so it is made again only when one of its sources has changed.
 */
export async function bundleWhole(entry) {
  const outfile = builtPath(resolve(projectRoot, entry));
  const record = `${outfile}.inputs.json`;
  if (existsSync(outfile) && existsSync(record)) {
    const made = JSON.parse(readFileSync(record, 'utf8'));
    if (Object.entries(made).every(([path, digest]) => digestOf(path) === digest)) return outfile;
  }
  const { outputFiles, metafile } = await built(entry, outfile, {
    conditions: ['source', 'module'],
    // Packages in CommonJS ask for Node's own modules by it.
    banner: {
      js: "import { createRequire as fromHere } from 'node:module'; const require = fromHere(import.meta.url);",
    },
  });
  const sources = Object.keys(metafile.inputs).filter((path) => !path.includes('node_modules/'));
  const inputs = ['package-lock.json', ...sources].map((path) => [path, digestOf(path)]);
  putWhole(outfile, outputFiles[0].contents);
  putWhole(record, JSON.stringify(Object.fromEntries(inputs)));
  return outfile;
}

/** Null when there is no such file. */
function digestOf(path) {
  const file = join(projectRoot, path);
  return existsSync(file) ? createHash('sha256').update(readFileSync(file)).digest('hex') : null;
}

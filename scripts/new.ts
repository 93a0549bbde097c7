// `npm run new -- route|event|stage|task …`: writes a declaration at its place, its handler, and a first failing test.
import { format, resolveConfig } from 'prettier';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { projectRoot } from './bundle.mjs';
import { newEvent } from './new/event';
import { newRoute } from './new/route';
import { newStage } from './new/stage';
import { newTask } from './new/task';
import type { Change } from './new/change';

const USAGE = `npm run new -- route "METHOD /path" SUBJECT "what it does"
npm run new -- event NAME SUBJECT client|server "what it is about"
npm run new -- stage NAME READS [WRITES,…]
npm run new -- task NAME QUEUE "what it does"   (then npm run generate)

SUBJECT is a folder of backend/protocol/src, e.g. alerts. Streams are named without "stream:".`;

const GENERATORS: Record<string, (args: string[], read: (path: string) => string) => Change[]> = {
  route: newRoute,
  event: newEvent,
  stage: newStage,
  task: newTask,
};

const [kind = '', ...args] = process.argv.slice(2);
const generator = GENERATORS[kind];
try {
  if (!generator) throw new Error(`there is no generator "${kind}"`);
  const changes = generator(args, (path) => readFileSync(join(projectRoot, path), 'utf8'));
  for (const change of changes) await write(change);
} catch (error) {
  console.error(`${(error as Error).message}\n\n${USAGE}`);
  process.exitCode = 2;
}

async function write({ path, text, replaces }: Change): Promise<void> {
  const file = join(projectRoot, path);
  if (!replaces && existsSync(file)) throw new Error(`${path} is there already`);
  mkdirSync(dirname(file), { recursive: true });
  const style = await resolveConfig(file);
  writeFileSync(file, await format(text, { ...style, filepath: file }));
  console.log(`${replaces ? 'changed' : 'made   '} ${relative(projectRoot, file)}`);
}

// Proves that the import rules see: each finds the wrong import made for it, in a small project.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { projectRoot } from '../bundle.mjs';

/** Rule, the file that breaks it, and what that file imports. */
const WRONG: [rule: string, file: string, imported: string][] = [
  ['protocol', 'backend/protocol/src/a.ts', '@verity/domain/kernel/ids'],
  ['protocol-packages', 'backend/protocol/src/b.ts', 'node:fs'],
  ['domain', 'backend/domain/src/risk/a.ts', '@verity/adapters/world'],
  ['domain-packages', 'backend/domain/src/risk/b.ts', 'node:crypto'],
  ['domain-packages', 'backend/domain/src/risk/c.ts', 'ioredis'],
  ['domain-subjects', 'backend/domain/src/risk/d.ts', '../policy/rules'],
  ['domain-kernel', 'backend/domain/src/kernel/a.ts', '../policy/rules'],
  ['adapters', 'backend/adapters/src/a.ts', '@verity/server/main'],
  ['server-handlers', 'backend/server/src/routes/risk/a.ts', '@verity/adapters/world'],
  ['server-binders', 'backend/server/src/http/a.ts', '@verity/domain/policy/rules'],
  ['collector', 'backend/collector/src/a.ts', '@verity/domain/kernel/ids'],
  ['collector-types-only', 'backend/collector/src/b.ts', '@verity/protocol/words'],
  ['collector-packages', 'backend/collector/src/c.ts', 'ioredis'],
  ['frontend', 'frontend/src/app/core/a.ts', '@verity/domain/kernel/ids'],
  ['frontend-features', 'frontend/src/app/features/risk/a.ts', '../policy/page'],
  ['not-to-unresolvable', 'backend/server/src/a.ts', './nowhere'],
  ['nothing-imports-wiring', 'backend/server/src/b.ts', './main'],
  ['nothing-imports-specs', 'backend/server/src/c.ts', './a.spec'],
  ['tasks', 'jobs/src/tasks/a.ts', '@verity/adapters/world'],
  ['enqueue', 'jobs/src/enqueue.ts', './tasks/b'],
];

const RIGHT: [file: string, text: string][] = [
  ['backend/protocol/src/words.ts', 'export const word = 1;\n'],
  [
    'backend/domain/src/kernel/ids.ts',
    "import { word } from '@verity/protocol/words';\nexport { word };\n",
  ],
  ['backend/domain/src/policy/rules.ts', "export { word } from '../kernel/ids';\n"],
  ['backend/adapters/src/world.ts', "export { word } from '@verity/domain/policy/rules';\n"],
  ['backend/server/src/main.ts', "export { word } from '@verity/adapters/world';\n"],
  ['backend/server/src/a.spec.ts', 'export const tested = true;\n'],
  ['backend/collector/src/types.ts', "export type { word } from '@verity/protocol/words';\n"],
  ['frontend/src/app/features/policy/page.ts', "export { word } from '@verity/protocol/words';\n"],
  ['jobs/src/tasks/b.ts', 'export const task = 1;\n'],
  [
    'backend/server/src/circle-one.ts',
    "import { two } from './circle-two';\nexport const one = () => two;\n",
  ],
  [
    'backend/server/src/circle-two.ts',
    "import { one } from './circle-one';\nexport const two = () => one;\n",
  ],
];

let project: string;
let found: string[];

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'verity-imports-'));
  for (const file of ['tsconfig.json', 'tsconfig.base.json']) {
    cpSync(join(projectRoot, file), join(project, file));
  }
  write('package.json', '{ "type": "module" }');
  for (const workspace of ['protocol', 'domain', 'adapters', 'server', 'collector']) {
    const exports = { './*': { source: './src/*.ts', default: './dist/*.js' } };
    const name = `@verity/${workspace}`;
    write(`backend/${workspace}/package.json`, JSON.stringify({ name, type: 'module', exports }));
    mkdirSync(join(project, 'node_modules/@verity'), { recursive: true });
    symlinkSync(`../../backend/${workspace}`, join(project, 'node_modules/@verity', workspace));
  }
  symlinkSync(join(projectRoot, 'node_modules/ioredis'), join(project, 'node_modules/ioredis'));
  for (const [file, text] of RIGHT) write(file, text);
  for (const [, file, imported] of WRONG) write(file, `import '${imported}';\nexport {};\n`);
  found = await cruise();
}, 60_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

function write(file: string, text: string): void {
  const path = join(project, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** `rule file` of each violation. */
async function cruise(): Promise<string[]> {
  const program = join(projectRoot, 'node_modules/.bin/depcruise');
  const config = join(projectRoot, '.dependency-cruiser.cjs');
  const args = ['--config', config, '--output-type', 'json', 'backend', 'jobs', 'frontend'];
  const report = await new Promise<string>((resolve, reject) =>
    execFile(program, args, { cwd: project, maxBuffer: 1e8 }, (error, stdout, stderr) => {
      if (stdout) resolve(stdout);
      else reject(new Error(stderr || error?.message));
    }),
  );
  const { summary } = JSON.parse(report) as {
    summary: { violations: { from: string; rule: { name: string } }[] };
  };
  return summary.violations.map(({ from, rule }) => `${rule.name} ${from}`);
}

it.each(WRONG)('the rule %s finds %s, which imports %s', (rule, file) => {
  expect(found).toContain(`${rule} ${file}`);
});

it('finds files that import one another in a circle', () => {
  expect(found).toContain('no-circular backend/server/src/circle-one.ts');
});

it('finds nothing wrong with the imports that are allowed', () => {
  const allowed = RIGHT.map(([file]) => file).filter((file) => !file.includes('circle'));
  expect(found.filter((violation) => allowed.some((file) => violation.endsWith(file)))).toEqual([]);
});

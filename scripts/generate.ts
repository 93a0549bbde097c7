// `npm run generate`: writes what is derived from declarations; `-- --check` only says what differs, for CI.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectRoot } from './bundle.mjs';
import { documents } from './generate/documents';

const checking = process.argv.includes('--check');
for (const [path, text] of Object.entries(await documents())) {
  const file = join(projectRoot, path);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  if (checking) {
    console.error(`${path} differs from the declarations. Fix: npm run generate`);
    process.exitCode = 1;
    continue;
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(`wrote ${path}`);
}

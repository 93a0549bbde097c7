// `npm run generate`: writes what is derived from declarations; `-- --check` only says what differs, for CI.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { vectors } from './audit/vectors';
import { projectRoot } from './bundle.mjs';
import { documents } from './generate/documents';

const checking = process.argv.includes('--check');
for (const [path, content] of Object.entries({ ...(await documents()), ...(await vectors()) })) {
  const file = join(projectRoot, path);
  const bytes = Buffer.from(content);
  if (existsSync(file) && readFileSync(file).equals(bytes)) continue;
  if (checking) {
    console.error(`${path} differs from the declarations. Fix: npm run generate`);
    process.exitCode = 1;
    continue;
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
  console.log(`wrote ${path}`);
}

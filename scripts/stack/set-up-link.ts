// The link of the first admin, which the server leaves for the operator until there is one.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export function setUpLinkIn(dataDir: string): string | undefined {
  const file = join(dataDir, 'secrets', 'setup-link');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

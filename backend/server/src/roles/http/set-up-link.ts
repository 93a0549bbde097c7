// Shows the link of the first admin: once on the terminal, and in a file that only the operator can read.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The file stays until there is an admin; null removes it. */
export function showSetUpLink(link: string | null, dataDir: string): void {
  const folder = join(dataDir, 'secrets');
  const file = join(folder, 'setup-link');
  if (!link) return rmSync(file, { force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(file, `${link}\n`, { mode: 0o600 });
  process.stderr.write(`Make the first admin here (once, within a day): ${link}\n`);
}

// Specs of the link of the first admin: told while it is there.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { setUpLinkIn } from './set-up-link';

it('is read from where the server leaves it, until there is an admin', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'verity-link-'));
  try {
    expect(setUpLinkIn(dataDir)).toBeUndefined();
    mkdirSync(join(dataDir, 'secrets'));
    writeFileSync(join(dataDir, 'secrets', 'setup-link'), 'http://localhost:5000/link#token=abc\n');
    expect(setUpLinkIn(dataDir)).toBe('http://localhost:5000/link#token=abc');
  } finally {
    rmSync(dataDir, { recursive: true });
  }
});

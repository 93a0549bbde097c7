#!/usr/bin/env node
// Runs the program that the package holds; inside the project, that of the sources.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const packed = new URL('../dist/verity-witness.mjs', import.meta.url);
if (existsSync(packed)) {
  await import(packed);
} else {
  const source = fileURLToPath(new URL('../src/witness.ts', import.meta.url));
  process.argv.splice(1, 1, fileURLToPath(import.meta.url), source);
  await import('../../../scripts/run.mjs');
}

// Reads .env.example: a line of meaning, then the variable, set or commented out.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../bundle.mjs';

export interface ExampleVariable {
  readonly name: string;
  readonly value: string;
  /** The comment above it. */
  readonly meaning: string;
}

export function readEnvExample(): ExampleVariable[] {
  const text = readFileSync(join(projectRoot, '.env.example'), 'utf8');
  return Array.from(text.matchAll(/^# (.+)\n#?([A-Z_]+)=(.*)$/gm), ([, meaning, name, value]) => ({
    name: name as string,
    value: value as string,
    meaning: meaning as string,
  }));
}

// The generated documents: up to date, and whole.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CLIENT_EVENTS, SERVER_EVENTS } from '@verity/protocol/events';
import { FAULTS } from '@verity/protocol/faults';
import { projectRoot } from '../bundle.mjs';
import { documents } from './documents';
import { eventsDocument } from './events-document';
import { faultsDocument } from './faults-document';

describe('the generated documents', () => {
  it('are what the declarations say (else: npm run generate)', async () => {
    for (const [path, text] of Object.entries(await documents())) {
      const same = readFileSync(join(projectRoot, path), 'utf8') === text;
      expect(same, `${path} is out of date: npm run generate`).toBe(true);
    }
  });

  it('have every event and every code, each with its place', () => {
    const events = eventsDocument();
    for (const name of Object.keys({ ...CLIENT_EVENTS, ...SERVER_EVENTS })) {
      expect(events).toContain(`### ${name}\n`);
    }
    const faults = faultsDocument();
    for (const code of Object.keys(FAULTS)) {
      expect(faults).toMatch(new RegExp(`\\| \`${code}\` \\| \\d{3} \\| .+ \\| .+ \\|`));
    }
  });
});

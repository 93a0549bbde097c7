// The test vectors of the receipt format: they are what the code makes, and a verifier that was written from the
// document alone, in another language, says of each what it should.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { LINKS } from '@verity/domain/audit/report';
import { projectRoot } from '../bundle.mjs';
import { vectors, type VectorCase } from './vectors';

vi.setConfig({ testTimeout: 120_000 });
const folder = join(projectRoot, 'docs/vectors');
const cases = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8')) as VectorCase[];

describe('the test vectors of receipts', () => {
  it('are what the code makes (npm run generate), and no others', async () => {
    const made = await vectors();
    const there = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(projectRoot.length + 1));
    expect(there.sort()).toEqual(Object.keys(made).sort());
    for (const [path, bytes] of Object.entries(made)) {
      expect(readFileSync(join(projectRoot, path)).equals(bytes), path).toBe(true);
    }
  });

  it('have a broken one for each link, and good ones that are proven', () => {
    const failed = new Set(cases.map(({ expect: { failed: link } }) => link));
    for (const link of LINKS) expect(failed).toContain(link);
    for (const { receipt, expect: expected, rpc } of cases) {
      const verdict = receipt.startsWith('broken/') ? 'broken' : rpc ? 'proven' : 'consistent';
      expect(expected.verdict, receipt).toBe(verdict);
    }
  });

  it('pass a verifier in Python that was written from the document', () => {
    const program = join(projectRoot, 'docs/examples/verifier.py');
    const said = execFileSync('python3', [program, '--vectors', folder], { encoding: 'utf8' });
    expect(said).toMatch(/^\d+ vectors, 0 wrong\n$/);
  });
});

// Specs of the pages that repeat tables of the code: they may not differ from it.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EVIDENCE } from '@verity/domain/risk/evidence';
import { FEATURES } from '@verity/domain/telemetry/windows';

const page = (path: string): string =>
  readFileSync(new URL(`../../docs/${path}`, import.meta.url), 'utf8');

/** The cells of all table rows whose first cell is code. */
const rowsOf = (path: string): string[][] =>
  (page(path).match(/^\| `.*$/gm) ?? []).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

describe('the pages', () => {
  it('name every feature with its unit and meaning, in order, and no other', () => {
    const features = [...FEATURES.keystroke, ...FEATURES.mouse];
    expect(rowsOf('features.md')).toEqual(
      features.map(({ name, unit, about }) => [`\`${name}\``, unit, about]),
    );
  });

  it('name every source of evidence with its bounds and half-life', () => {
    expect(rowsOf('models/score.md')).toEqual(
      Object.entries(EVIDENCE).map(([source, rule]) => [
        `\`${source}\``,
        `${rule.lowest}`,
        `${rule.highest}`,
        `${rule.halfLifeSeconds / 60} min`,
        `${rule.keptAfterStepUp}`,
      ]),
    );
  });
});

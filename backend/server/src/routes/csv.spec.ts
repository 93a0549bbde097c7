// CSV.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csv } from './csv';

describe('csv', () => {
  it('quotes text, doubles quotes and ends each row', () => {
    expect(csv([['a "b"', 3, true, null]])).toBe('"a ""b""",3,"true",""\r\n');
  });

  it('lets no text begin as a formula', () => {
    const formulas = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', ' =1', '|cmd', '\r=1'];
    for (const formula of formulas) {
      expect(csv([[formula]]).startsWith(`"'`), JSON.stringify(formula)).toBe(true);
    }
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(csv([[text]])).not.toMatch(/^"\s*[=+\-@]/);
      }),
    );
  });
});

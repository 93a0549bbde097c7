// Specs of the keystroke measure: the error rates, and files that do not fit.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { normalDraw, seededRandom } from '@verity/domain/kernel/maths';
import { Misfit } from './csv';
import { equalErrorRate, falseAlarmAtZeroMiss, medianOf, missAtFalseAlarm } from './error-rates';
import { evaluateKeystroke } from './keystroke';
import { readFixedText } from './keystroke-data';

const HEADER = 'subject,sessionIndex,rep,H.a,DD.a.b,UD.a.b,H.b';
const folder = mkdtempSync(join(tmpdir(), 'verity-evaluate-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** People who differ in their means, with noise. */
function file(people: number, reps: number): string {
  const random = seededRandom(5);
  const lines = [HEADER];
  for (let p = 0; p < people; p++) {
    for (let r = 0; r < reps; r++) {
      const around = (x: number): string => (x * (1 + 0.1 * normalDraw(random))).toFixed(4);
      lines.push(
        `p${p},1,${r + 1},${around(0.06 + 0.02 * p)},${around(0.2 + 0.05 * p)},${around(0.1)},${around(0.08)}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}
function written(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('error rates', () => {
  it('are 0 when scores do not meet, and a half when they are alike', () => {
    expect(equalErrorRate([1, 2, 3], [4, 5, 6])).toBe(0);
    expect(equalErrorRate([1, 2, 3, 4], [1, 2, 3, 4])).toBeCloseTo(0.5, 12);
  });

  it('lie between neighbouring points by interpolation', () => {
    expect(equalErrorRate([1, 3], [3, 5])).toBeCloseTo(0.25, 12);
    expect(equalErrorRate([1, 2, 3, 10], [4, 5, 6])).toBeCloseTo(0.25, 12);
  });

  it('stay between 0 and 1 for any scores', () => {
    const scores = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(scores, scores, (genuine, impostor) => {
        const rates = [
          equalErrorRate(genuine, impostor),
          missAtFalseAlarm(genuine, impostor, 0.01),
          falseAlarmAtZeroMiss(genuine, impostor),
        ];
        for (const rate of rates) expect(rate >= 0 && rate <= 1).toBe(true);
      }),
    );
  });

  it('take the middle of an even count', () => {
    expect(medianOf([4, 1, 3, 2])).toBe(2.5);
  });
});

describe('evaluate keystroke', () => {
  const quiet = (): void => undefined;

  it.each(['manhattan-scaled', 'verity'])('measures %s on people who differ', (detector) => {
    const figures = evaluateKeystroke(
      { input: written('fits.csv', file(4, 230)), 'train-reps': '30', detector },
      quiet,
    );
    expect(figures).toMatchObject({ subjects: 4, trainReps: 30, detector });
    expect(figures.meanEer).toBeLessThan(0.3);
    expect(figures.microsecondsPerScore).toBeGreaterThan(0);
  });

  it('counts the recent repetitions only, may adapt, and may use a background', () => {
    const figures = evaluateKeystroke(
      {
        input: written('fits.csv', file(6, 230)),
        'train-reps': '30',
        recent: '10',
        adaptive: true,
        background: true,
        detector: 'manhattan-scaled',
      },
      quiet,
    );
    expect(figures).toMatchObject({ trainReps: 10, adaptive: true, background: true });
  });

  it('takes a gzipped file as it takes the plain one, and names one that is cut', () => {
    const packed = gzipSync(file(4, 230));
    const path = join(folder, 'packed.csv');
    const options = { input: path, 'train-reps': '30', detector: 'manhattan-scaled' };
    writeFileSync(path, packed);
    expect(evaluateKeystroke(options, quiet)).toMatchObject({ subjects: 4 });
    writeFileSync(path, packed.subarray(0, 900));
    expect(() => evaluateKeystroke(options, quiet)).toThrow(/not a whole gzip file/);
  });

  it('names what does not fit', () => {
    const fits = written('fits.csv', file(4, 230));
    const says = (options: Record<string, string>, words: RegExp): void => {
      expect(() => evaluateKeystroke(options, quiet)).toThrow(words);
      expect(() => evaluateKeystroke(options, quiet)).toThrow(Misfit);
    };
    says({}, /--input FILE is missing/);
    says({ input: join(folder, 'none.csv') }, /There is no file/);
    says({ input: folder }, /not a file/);
    says({ input: fits }, /230 repetitions; 200 to test and 200 to train/);
    says({ input: fits, 'train-reps': 'ten' }, /whole number/);
    says({ input: fits, detector: 'toString' }, /must be one of/);
    says({ input: written('one.csv', file(1, 230)), 'train-reps': '30' }, /1 subjects/);
  });
});

describe('the reader of fixed texts', () => {
  it.each([
    ['', /no rows/],
    [`${HEADER}\n`, /no rows/],
    [`${HEADER}\np,1,1,0.1,0.2,0.1\n`, /line 2: 6 cells where the header has 7/],
    [`${HEADER}\np,1,1,0.1,0.2,x,0.1\n`, /line 2: UD\.a\.b is not a number/],
    [`${HEADER}\np,1,1,0.1,0.2,,0.1\n`, /line 2: UD\.a\.b is not a number/],
    [`${HEADER}\np,1,1,90000,0.2,0.1,0.1\n`, /not in seconds/],
    [`${HEADER}\np,-1,1,0.1,0.2,0.1,0.1\n`, /sessionIndex is not a whole number/],
    [`subject,rep,sessionIndex,H.a\np,1,1,0.1\n`, /column 2 must be "sessionIndex"/],
    [`subject,sessionIndex,rep,hold\np,1,1,0.1\n`, /none of H/],
  ])('refuses %j', (text, words) => {
    expect(() => readFixedText(text, 'file')).toThrow(words);
  });

  it('either reads numbers or throws a misfit, whatever the bytes', () => {
    const base = file(2, 6);
    const change = fc.tuple(fc.nat(base.length), fc.string({ maxLength: 8 }), fc.nat(20));
    fc.assert(
      fc.property(change, ([at, text, cut]) => {
        try {
          const data = readFixedText(base.slice(0, at) + text + base.slice(at + cut), 'file');
          for (const { rows } of data.subjects) {
            for (const row of rows) expect(row.every(Number.isFinite)).toBe(true);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(Misfit);
        }
      }),
      { numRuns: 500 },
    );
  });
});

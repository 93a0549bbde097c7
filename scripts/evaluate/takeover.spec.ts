// Specs of the measures of free typing: what they print of people who differ, and files that do not fit.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { normalDraw, seededRandom } from '@verity/domain/kernel/maths';
import { evaluateCalibration } from './calibration';
import { Misfit } from './csv';
import { evaluateTakeover } from './takeover';
import { batchesOf, windowsOf, type RecordedKey } from './typing-data';

const folder = mkdtempSync(join(tmpdir(), 'verity-takeover-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const quiet = (): void => undefined;

const LETTERS = [...'thequickbrownfoxjumps', 'space', 'period'];

/** People of another pace each, four sessions of 300 keystrokes. */
function recorded(people: number): string {
  const random = seededRandom(11);
  const lines = ['user,session,keyname,timepress,timerelease'];
  for (let person = 0; person < people; person++) {
    for (let session = 0; session < 4; session++) {
      let at = 0;
      for (let i = 0; i < 300; i++) {
        at += (130 + 60 * person) * Math.exp(0.25 * normalDraw(random));
        const held = (70 + 25 * person) * Math.exp(0.2 * normalDraw(random));
        const key = LETTERS[Math.floor(random() * LETTERS.length)];
        lines.push(`p${person},${session},${key},${at.toFixed(0)},${(at + held).toFixed(0)}`);
      }
    }
  }
  const path = join(folder, `${people}.csv`);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

describe('the measures of free typing', () => {
  it('tell people apart who differ, by length of session, and say what a batch costs', () => {
    const figures = evaluateTakeover({ input: recorded(3) }, quiet);
    expect(figures).toMatchObject({ people: 3, takeovers: 6, genuineSessions: 6 });
    expect(figures.bySessionLength.map(({ keystrokes }) => keystrokes)).toEqual([
      25, 50, 100, 250, 500,
    ]);
    expect(figures.bySessionLength[2]?.eer).toBeLessThan(0.1);
    expect(figures.microsecondsPerScore).toBeGreaterThan(0);
    expect(figures.microsecondsPerBatch).toBeGreaterThan(0);
  });

  it('say how far a stated probability is from what came true', () => {
    const figures = evaluateCalibration({ task: 'risk', input: recorded(3) }, quiet);
    expect(figures.bins).toHaveLength(10);
    expect(figures.ece).toBeGreaterThanOrEqual(0);
    expect(figures.ece).toBeLessThan(0.2);
  });

  it('name what does not fit', () => {
    const says = (options: Record<string, string>, words: RegExp): void => {
      expect(() => evaluateTakeover(options, quiet)).toThrow(words);
      expect(() => evaluateTakeover(options, quiet)).toThrow(Misfit);
    };
    says({}, /--input FILE is missing/);
    says({ input: recorded(1) }, /too few people/);
    says({ input: recorded(3), 'train-windows': '2' }, /whole number from 4/);
    expect(() => evaluateCalibration({ input: recorded(3) }, quiet)).toThrow(/--task must be/);
  });
});

it('recorded keys become a batch for each second in which one was pressed, and the same windows', () => {
  const keys = Array.from({ length: 60 }, (_, i): RecordedKey => [i % 2, 700 * i, 90]);
  const batches = batchesOf(keys, 1_000_000);
  expect(batches.flatMap(({ keystrokes }) => keystrokes)).toHaveLength(60);
  for (const { started_at: startedAt, keystrokes } of batches) {
    expect(startedAt % 1000).toBe(0);
    for (const [, down] of keystrokes) expect(down >= 0 && down < 1000).toBe(true);
  }
  expect(windowsOf(keys, 1_000_000)).toHaveLength(2);
});

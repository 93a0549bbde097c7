// Specs of the measure of the mouse: recordings of simulated hands in the layout of Balabit, and what does not fit.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { normalDraw, seededRandom } from '@verity/domain/kernel/maths';
import { areaUnderCurve, falseAlarmThreshold } from './error-rates';
import { Misfit } from './csv';
import { evaluateMouse } from './mouse';
import { mouseWindowsOf, readMouseSession } from './mouse-data';

const HEADER = 'record timestamp,client timestamp,button,state,x,y';

type Hands = readonly [pace: number, tremor: number];

/** Movements with clicks; `pace` is how long a movement takes, `tremor` how much the hand trembles. */
function recording(seed: number, actions: number, [pace, tremor]: Hands): string {
  const random = seededRandom(seed);
  const lines = [HEADER];
  let [seconds, x, y] = [0, 400, 300];
  const add = (button: string, state: string): void => {
    const [px, py] = [Math.round(x), Math.round(y)];
    lines.push(`${seconds.toFixed(3)},${seconds.toFixed(3)},${button},${state},${px},${py}`);
  };
  for (let action = 0; action < actions; action++) {
    const [toX, toY] = [100 + random() * 1000, 100 + random() * 700];
    const steps = 6 + Math.floor(random() * 5);
    const [fromX, fromY] = [x, y];
    for (let step = 1; step <= steps; step++) {
      seconds += (pace / steps) * (0.8 + 0.4 * random());
      x = fromX + ((toX - fromX) * step) / steps + tremor * normalDraw(random);
      y = fromY + ((toY - fromY) * step) / steps + tremor * normalDraw(random);
      add('NoButton', 'Move');
    }
    seconds += 0.2;
    add('Left', 'Pressed');
    seconds += 0.08 + 0.04 * random();
    add('Left', 'Released');
    seconds += 0.5 + random();
  }
  return lines.join('\n') + '\n';
}

describe('the measure of the mouse', () => {
  let directory: string;
  const put = (path: string, text: string): void => {
    mkdirSync(join(directory, path, '..'), { recursive: true });
    writeFileSync(join(directory, path), text);
  };
  const people = { anna: [0.4, 1], bert: [0.9, 12], cleo: [1.6, 4] } as const;
  const names = Object.keys(people) as (keyof typeof people)[];
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'verity-mouse-'));
    const labels = ['filename,is_illegal'];
    names.forEach((name, i) => {
      put(`training_files/${name}/session_1`, recording(i + 1, 200, people[name]));
      for (let test = 0; test < 4; test++) {
        const hands = test < 2 ? name : (names[(i + test - 1) % names.length] as typeof name);
        const session = `session_${i}${test}`;
        put(`test_files/${name}/${session}`, recording(50 + 10 * i + test, 40, people[hands]));
        labels.push(`${session},${hands === name ? 0 : 1}`);
      }
      put(`test_files/${name}/session_unlabelled${i}`, recording(90 + i, 5, people[name]));
    });
    put('public_labels.csv', labels.join('\n') + '\n');
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  const measure = (input: string | undefined) => evaluateMouse({ input }, () => undefined);

  it('tells people apart who move differently', () => {
    const figures = measure(directory);
    expect(figures).toMatchObject({ sessions: 12, legal: 6, illegal: 6, accounts: 3 });
    expect(figures.auc).toBeGreaterThan(0.9);
    expect(figures.aucAfter30Actions).toBeGreaterThan(0.9);
    expect(figures.medianActionsToDetect).toBeLessThan(40);
    expect(measure(directory)).toMatchObject({ auc: figures.auc, eer: figures.eer });
  }, 60_000);

  it('names what does not fit', () => {
    const misfits: [string | undefined, RegExp][] = [
      [undefined, /--input DIR is missing/],
      [join(directory, 'nowhere'), /There is no directory/],
      [join(directory, 'public_labels.csv'), /is not a directory/],
      [join(directory, 'test_files'), /has neither training_files\/ nor training_files.tar.gz/],
    ];
    for (const [input, message] of misfits) {
      expect(() => measure(input)).toThrow(Misfit);
      expect(() => measure(input)).toThrow(message);
    }
  });

  it('leaves out rows without a place and pairs presses with their releases', () => {
    const session = readMouseSession(
      [
        HEADER,
        '0,0.000,NoButton,Move,65535,65535',
        '0,0.100,NoButton,Move,10,10',
        '0,0.200,Scroll,Down,0,0',
        '0,0.300,Left,Released,10,10',
        '0,0.400,Left,Pressed,12,10',
        '0,0.500,Left,Released,12,10',
      ].join('\n'),
      'anna',
      'session_9',
    );
    expect(session.movements).toEqual([[100, 10, 10]]);
    expect(session.clicks).toEqual([[400, 12, 10, 0, 100]]);
    expect(mouseWindowsOf(session)).toHaveLength(1);
  });
});

describe('rates', () => {
  it('an area of one for what is wholly apart, half for ties', () => {
    expect(areaUnderCurve([1, 2], [3, 4])).toBe(1);
    expect(areaUnderCurve([3, 4], [1, 2])).toBe(0);
    expect(areaUnderCurve([1, 1], [1, 1])).toBe(0.5);
    expect(areaUnderCurve([1, 3], [2, 4])).toBe(0.75);
  });

  it('a threshold that few enough exceed', () => {
    expect(falseAlarmThreshold([1, 2, 3, 4], 0.25)).toBe(3);
    expect(falseAlarmThreshold([1, 2, 3, 4], 0)).toBe(4);
  });
});

// Fits the demo's typists to recorded free typing: node scripts/run.mjs scripts/demo/fit-typists.ts FREE_TEXT.csv.gz USER…
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { KEY_CLASSES } from '@verity/protocol/telemetry/schemas';
import { clamp, normalDraw, roundTo, seededRandom } from '@verity/domain/kernel/maths';
import { isBackground } from '../evaluate/fit-background';
import { readTyping, type Person, type RecordedKey } from '../evaluate/typing-data';
import type { LogNormal, MouseParameters, TypistParameters } from './typist';

const CLASSES = KEY_CLASSES.length;
const THINKING_MS = 2_000;
const FEWEST = 12;

const lnOf = (ms: number): number => Math.log(clamp(ms, 10, 60_000));
const meanOf = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x, 0) / xs.length;
const deviationOf = (xs: readonly number[]): number => {
  const mean = meanOf(xs);
  return Math.sqrt(xs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / Math.max(1, xs.length - 1));
};
const logNormal = (xs: readonly number[]): LogNormal => [
  roundTo(meanOf(xs), 4),
  roundTo(deviationOf(xs), 3),
];

/** Log times of all sittings, each moved to the mean of all, so that drift between sittings is kept apart. */
function steadied(sittings: readonly { keys: RecordedKey[] }[]) {
  const holds: number[][] = Array.from({ length: CLASSES }, () => []);
  const downs: number[][] = Array.from({ length: CLASSES ** 2 }, () => []);
  const perSitting = sittings.map(({ keys }) => {
    const hold: [number, number][] = [];
    const down: [number, number][] = [];
    keys.forEach(([code, press, held], i) => {
      if (held > 0) hold.push([code, lnOf(Math.min(held, 2000))]);
      const before = keys[i - 1];
      if (!before) return;
      const gap = press - before[1];
      if (gap > 0 && gap < THINKING_MS) down.push([before[0] * CLASSES + code, lnOf(gap)]);
    });
    return { hold, down };
  });
  const centre = (all: [number, number][]): number => meanOf(all.map(([, x]) => x));
  const holdCentres = perSitting.map(({ hold }) => centre(hold));
  const downCentres = perSitting.map(({ down }) => centre(down));
  const [holdMiddle, downMiddle] = [meanOf(holdCentres), meanOf(downCentres)];
  perSitting.forEach(({ hold, down }, s) => {
    for (const [code, x] of hold) holds[code]?.push(x - (holdCentres[s] as number) + holdMiddle);
    for (const [pair, x] of down) downs[pair]?.push(x - (downCentres[s] as number) + downMiddle);
  });
  return { holds, downs, holdCentres, downCentres };
}

function fit(person: Person, id: string, mouse: MouseParameters): TypistParameters {
  const { holds, downs, holdCentres, downCentres } = steadied(person.sessions);
  const allHolds = logNormal(holds.flat());
  const next = Array.from({ length: CLASSES }, () => new Array<number>(CLASSES).fill(0));
  const thinking: number[] = [];
  let steps = 0;
  let products = 0;
  let pairs = 0;
  const allDowns = downs.flat();
  const [middle, spread] = [meanOf(allDowns), deviationOf(allDowns)];
  for (const { keys } of person.sessions) {
    let before = Number.NaN;
    for (let i = 1; i < keys.length; i++) {
      const [from, to] = [keys[i - 1] as RecordedKey, keys[i] as RecordedKey];
      const row = next[from[0]] as number[];
      row[to[0]] = (row[to[0]] as number) + 1;
      steps++;
      const gap = to[1] - from[1];
      if (gap >= THINKING_MS) thinking.push(lnOf(gap));
      const x = gap > 0 && gap < THINKING_MS ? (lnOf(gap) - middle) / spread : Number.NaN;
      if (x === x && before === before) {
        products += x * before;
        pairs++;
      }
      before = x;
    }
  }
  return {
    id,
    next: next.map((row) => {
      const total = row.reduce((sum, n) => sum + n, 0);
      // A class that was never typed leads to a letter.
      if (total === 0) return row.map((_, code) => (code === 0 ? 1 : 0));
      return row.map((n) => roundTo(n / total, 3));
    }),
    hold: holds.map((xs) => (xs.length >= FEWEST ? logNormal(xs) : allHolds)),
    down: downs.map((xs) => (xs.length >= FEWEST ? logNormal(xs) : null)),
    downOther: logNormal(allDowns),
    thinks: roundTo(thinking.length / steps, 3),
    thinking: thinking.length >= FEWEST ? logNormal(thinking) : [8, 0.4],
    memory: roundTo(clamp(products / pairs, 0, 0.5), 3),
    // Half of what the recordings show: their sittings were days apart, the demo's are minutes.
    drift: {
      hold: roundTo(deviationOf(holdCentres) / 2, 3),
      down: roundTo(deviationOf(downCentres) / 2, 3),
    },
    mouse,
  };
}

/** No recordings join typing and mouse of one person: plausible constants, spread as people differ. */
function mouseOf(seed: number): MouseParameters {
  const random = seededRandom(seed);
  const around = (middle: number, share: number): number =>
    roundTo(middle * Math.exp(share * clamp(normalDraw(random), -1.5, 1.5)), 3);
  return {
    from: around(160, 0.25),
    slope: around(140, 0.25),
    bow: around(0.08, 0.5),
    tremor: around(0.5, 0.4),
    pause: [roundTo(Math.log(around(450, 0.35)), 4), 0.6],
    click: [roundTo(Math.log(around(95, 0.2)), 4), 0.22],
    clicks: around(0.45, 0.3),
  };
}

function main(): void {
  const [path, ...users] = process.argv.slice(2);
  if (!path || users.length === 0) {
    console.error('Usage: node scripts/run.mjs scripts/demo/fit-typists.ts FREE_TEXT.csv.gz USER…');
    process.exit(2);
  }
  const candidates = readTyping(path).filter((_, place) => !isBackground(_, place));
  const typists = users.map((user, i) => {
    const person = candidates.find(({ name }) => name === user);
    if (!person) {
      console.error(
        `${user} is not among those outside the background: ${candidates.map(({ name }) => name).join(', ')}`,
      );
      process.exit(2);
    }
    return fit(person, `typist-${i + 1}`, mouseOf(i + 11));
  });
  const note =
    'Fitted by scripts/demo/fit-typists.ts to free typing of the POHMM keystroke set (vmonaco/pohmm-keystroke, free_text, ' +
    'BSD-3-Clause, copyright 2016 Vinnie Monaco): per key class only means, deviations and shares. ' +
    'Mouse parameters are plausible constants, not fitted to anybody.';
  const [owner, stranger] = [typists[3], typists[0]].map((typist) => typist?.id ?? null);
  const lines = typists.map((typist) => `    ${JSON.stringify(typist)}`);
  writeFileSync(
    resolve('scripts/demo/typists.json'),
    `{\n  "note": ${JSON.stringify(note)},\n  "takeover": ${JSON.stringify({ owner, stranger })},\n  "typists": [\n${lines.join(',\n')}\n  ]\n}\n`,
  );
}

main();

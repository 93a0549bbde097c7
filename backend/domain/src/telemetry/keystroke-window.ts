// The keystroke window: gathers keystrokes in the order of their presses and measures each 25 of them.
import { FIXED_TEXT_BASE, KEY_CLASSES, type KeyClass } from '@verity/protocol/telemetry/schemas';
import { KEYSTROKE_FEATURES, type BehaviourWindow } from '../kernel/behaviour-features';
import { clamp, quantileOfSorted } from '../kernel/maths';

/** A window closes with this many keystrokes; its last one opens the next, so no digraph is lost. */
export const KEYSTROKES_PER_WINDOW = 26;
/** A silence so long drops an open window: who comes back may be somebody else. */
export const LONG_SILENCE_MS = 300_000;
/** From press to press beyond this the rhythm is broken: no digraph, but a pause. */
export const RHYTHM_BREAK_MS = 2_000;
/** Presses of one class, letters apart, that follow so fast are one key repeating. */
export const AUTO_REPEAT_MS = 50;

const SHORTEST_MS = 5;
const PAUSE_MS = 600;

interface OpenWindow {
  keysFrom: number;
  repeatAt: number;
  keys: number[];
}

const code = (name: KeyClass): number => KEY_CLASSES.indexOf(name);
const LEFT = code('left_letter');
const RIGHT = code('right_letter');
const SPACE = code('space');
const DELETE = code('delete');
const MODIFIER = code('modifier');
const OTHER = code('other');

/** Adds keystrokes to the open window in place and pushes the windows that became full. */
export function addKeystrokes(
  open: OpenWindow,
  startedAt: number,
  keystrokes: readonly (readonly [number, number, number])[],
  windows: BehaviourWindow[],
): void {
  const { keys } = open;
  for (const [rawCode, downMs, rawHold] of keystrokes) {
    const press = startedAt + downMs;
    if (!Number.isFinite(press)) continue;
    const key = rawCode >= FIXED_TEXT_BASE || rawCode >= KEY_CLASSES.length ? OTHER : rawCode;
    const hold = clamp(Number.isFinite(rawHold) ? rawHold : 0, 0, 60_000);

    if (keys.length > 0) {
      const sinceLast = press - open.keysFrom - (keys[keys.length - 2] as number);
      if (sinceLast > LONG_SILENCE_MS || sinceLast < -RHYTHM_BREAK_MS) keys.length = 0;
    }
    if (keys.length === 0) {
      open.keysFrom = press;
      open.repeatAt = 0;
    }
    // Hundredths of a millisecond: finer is noise, and makes the state long.
    const at = Math.round((press - open.keysFrom) * 100) / 100;
    if (isRepeat(open, key, at, press)) {
      keys[keys.length - 1] = at + hold - (keys[keys.length - 2] as number);
      open.repeatAt = press;
      continue;
    }
    insertByPress(keys, key, at, hold);
    if (keys.length >= KEYSTROKES_PER_WINDOW * 3) {
      windows.push({
        modality: 'keystroke',
        at: open.keysFrom + (keys[keys.length - 2] as number),
        features: measureKeystrokes(keys),
      });
      keys.splice(0, keys.length - 3);
      open.keysFrom += keys[1] as number;
      keys[1] = 0;
    }
  }
}

function isRepeat(open: OpenWindow, key: number, at: number, press: number): boolean {
  const { keys } = open;
  if (keys.length === 0 || key === LEFT || key === RIGHT || keys[keys.length - 3] !== key) {
    return false;
  }
  const since = open.repeatAt > 0 ? press - open.repeatAt : at - (keys[keys.length - 2] as number);
  return since >= 0 && since < AUTO_REPEAT_MS;
}

/** Keystrokes arrive in the order of their releases; a few places back they are out of order by press. */
function insertByPress(keys: number[], key: number, at: number, hold: number): void {
  let place = keys.length;
  while (place > 0 && (keys[place - 2] as number) > at) place -= 3;
  if (place === keys.length) keys.push(key, at, hold);
  else keys.splice(place, 0, key, at, hold);
}

const index = Object.fromEntries(KEYSTROKE_FEATURES.map(({ name }, i) => [name, i])) as Record<
  string,
  number
>;
const slot = (name: string): number => {
  const found = index[name];
  if (found === undefined) throw new RangeError(`no keystroke feature is named ${name}`);
  return found;
};

const HOLD_SLOT = KEY_CLASSES.map((name) =>
  slot(
    name === 'left_letter'
      ? 'hold_left'
      : name === 'right_letter'
        ? 'hold_right'
        : name === 'space' || name === 'delete' || name === 'modifier'
          ? `hold_${name}`
          : 'hold_rest',
  ),
);
const [HOLD_ALL, HOLD_SPREAD, DD_SPREAD] = [
  slot('hold_all'),
  slot('hold_spread'),
  slot('dd_spread'),
];
const [DD_FAST, DD_MEDIAN, DD_SLOW] = [slot('dd_fast'), slot('dd_median'), slot('dd_slow')];
const [OVERLAP, MEMORY, PAUSES] = [
  slot('overlap_share'),
  slot('rhythm_memory'),
  slot('pause_share'),
];
const [BURST, CORRECTIONS] = [slot('burst_length'), slot('correction_share')];

/** Slots of down-down and up-down by the classes of both keys: [from * classes + to]; -1 for none. */
const DD_SLOT = new Int8Array(KEY_CLASSES.length ** 2).fill(slot('dd_rest'));
const UD_SLOT = new Int8Array(KEY_CLASSES.length ** 2).fill(-1);
const pair = (from: number, to: number): number => from * KEY_CLASSES.length + to;
for (const [from, a] of [
  [LEFT, 'left'],
  [RIGHT, 'right'],
] as const) {
  for (const [to, b] of [
    [LEFT, 'left'],
    [RIGHT, 'right'],
  ] as const) {
    DD_SLOT[pair(from, to)] = slot(`dd_${a}_${b}`);
    UD_SLOT[pair(from, to)] = slot(`ud_${a}_${b}`);
  }
  DD_SLOT[pair(from, SPACE)] = slot('dd_letter_space');
  UD_SLOT[pair(from, SPACE)] = slot('ud_letter_space');
  DD_SLOT[pair(SPACE, from)] = slot('dd_space_letter');
  UD_SLOT[pair(SPACE, from)] = slot('ud_space_letter');
}
for (let from = 0; from < KEY_CLASSES.length; from++) {
  DD_SLOT[pair(from, DELETE)] = slot(from === DELETE ? 'dd_delete_delete' : 'dd_to_delete');
}

// Working memory, reused: one window is measured at a time and nothing is kept here between two.
const sums = new Float64Array(KEYSTROKE_FEATURES.length);
const counts = new Float64Array(KEYSTROKE_FEATURES.length);
const gaps = new Float64Array(KEYSTROKES_PER_WINDOW * 8);

const add = (at: number, x: number): void => {
  sums[at] = (sums[at] as number) + x;
  counts[at] = (counts[at] as number) + 1;
};
const spread = (sum: number, squares: number, n: number): number =>
  n < 2 ? Number.NaN : Math.sqrt(Math.max(0, squares - (sum * sum) / n) / (n - 1));

/** Measures keystrokes given as (class code, press, hold) triples in the order of press. */
export function measureKeystrokes(keys: readonly number[]): Float64Array {
  sums.fill(0);
  counts.fill(0);
  let holds = 0;
  let holdSum = 0;
  let holdSquares = 0;
  let gapCount = 0;
  let gapSum = 0;
  let gapSquares = 0;
  let products = 0;
  let pairs = 0;
  let before = Number.NaN;
  let pauses = 0;
  const keyCount = keys.length / 3;
  for (let i = 0; i < keys.length; i += 3) {
    const key = keys[i] as number;
    const press = keys[i + 1] as number;
    const hold = keys[i + 2] as number;
    if (hold > 0) {
      const x = Math.log(clamp(hold, SHORTEST_MS, RHYTHM_BREAK_MS));
      add(HOLD_SLOT[key] as number, x);
      if (key !== MODIFIER) {
        holds++;
        holdSum += x;
        holdSquares += x * x;
      }
    }
    if (key === DELETE) add(CORRECTIONS, 1);
    if (i === 0) continue;
    const from = keys[i - 3] as number;
    const downDown = press - (keys[i - 2] as number);
    if (downDown > PAUSE_MS) pauses++;
    if (downDown > RHYTHM_BREAK_MS) {
      before = Number.NaN;
      continue;
    }
    const x = Math.log(Math.max(downDown, SHORTEST_MS));
    add(DD_SLOT[pair(from, key)] as number, x);
    if (gapCount < gaps.length) gaps[gapCount] = x;
    gapCount++;
    gapSum += x;
    gapSquares += x * x;
    if (before === before) {
      products += before * x;
      pairs++;
    }
    before = x;
    const upDown = downDown - (keys[i - 1] as number);
    const ud = UD_SLOT[pair(from, key)] as number;
    if (ud >= 0) {
      add(ud, Math.asinh(clamp(upDown, -RHYTHM_BREAK_MS, RHYTHM_BREAK_MS) / 50));
    }
    if (from !== MODIFIER && key !== MODIFIER && upDown < 0) add(OVERLAP, 1);
  }

  const out = new Float64Array(KEYSTROKE_FEATURES.length).fill(Number.NaN);
  for (let i = 0; i < out.length; i++) {
    if ((counts[i] as number) > 0) out[i] = (sums[i] as number) / (counts[i] as number);
  }
  if (holds > 0) out[HOLD_ALL] = holdSum / holds;
  out[HOLD_SPREAD] = spread(holdSum, holdSquares, holds);
  const kept = Math.min(gapCount, gaps.length);
  const sorted = gaps.subarray(0, kept).sort();
  out[DD_FAST] = quantileOfSorted(sorted, 0.1);
  out[DD_MEDIAN] = quantileOfSorted(sorted, 0.5);
  out[DD_SLOW] = quantileOfSorted(sorted, 0.9);
  out[DD_SPREAD] = spread(gapSum, gapSquares, gapCount);
  const mean = gapSum / gapCount;
  const variance = gapSquares / gapCount - mean * mean;
  out[MEMORY] =
    pairs > 4 && variance > 1e-6
      ? clamp((products / pairs - mean * mean) / variance, -1, 1)
      : Number.NaN;
  out[OVERLAP] = gapCount > 0 ? (counts[OVERLAP] as number) / gapCount : Number.NaN;
  const steps = Math.max(1, keyCount - 1);
  out[PAUSES] = pauses / steps;
  out[BURST] = Math.log(keyCount / (pauses + 1));
  out[CORRECTIONS] = (counts[CORRECTIONS] as number) / keyCount;
  return out;
}

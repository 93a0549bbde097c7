// Measures a window of typing: from keystrokes with their class, press and hold to the features of keystroke-features.ts.
import { KEY_CLASSES, type KeyClass } from '@verity/protocol/telemetry/schemas';
import {
  COUNT_OF_MEASURE,
  KEYSTROKE_FEATURES,
  KEYSTROKE_MEASURES,
} from '../kernel/keystroke-features';
import { clamp, quantileOfSorted } from '../kernel/maths';

/** A window closes with this many keystrokes; its last one opens the next, so no digraph is lost. */
export const KEYSTROKES_PER_WINDOW = 26;
/** A longer pause is as good as this one. */
export const RHYTHM_BREAK_MS = 2_000;
/** From press to press beyond this the hands rest or the mind works: no step, and its time tells little of the person. */
const STEP_MS = 500;
const PAUSE_MS = 600;
const SHORTEST_MS = 5;

const code = (name: KeyClass): number => KEY_CLASSES.indexOf(name);
const LEFT = code('left_letter');
const RIGHT = code('right_letter');
const SPACE = code('space');
const DELETE = code('delete');
const MODIFIER = code('modifier');

const index = new Map(KEYSTROKE_FEATURES.map(({ name }, place) => [name, place]));
const slot = (name: string): number => {
  const found = index.get(name);
  if (found === undefined) throw new RangeError(`no keystroke feature is named ${name}`);
  return found;
};

const HOLD_KIND = KEY_CLASSES.map((name) =>
  name === 'left_letter'
    ? 'left'
    : name === 'right_letter'
      ? 'right'
      : name === 'space' || name === 'delete' || name === 'modifier'
        ? name
        : 'rest',
);
const isLetter = (key: number): boolean => key === LEFT || key === RIGHT;

function stepKind(from: number, to: number): string {
  if (to === DELETE) return from === DELETE ? 'delete_delete' : 'to_delete';
  if (from === DELETE) return 'after_delete';
  const hand = (key: number): string => (key === LEFT ? 'left' : 'right');
  if (isLetter(from) && isLetter(to)) return `${hand(from)}_${hand(to)}`;
  if (isLetter(from) && to === SPACE) return `${hand(from)}_space`;
  if (from === SPACE && isLetter(to)) return `space_${hand(to)}`;
  if (to === MODIFIER) return 'to_modifier';
  return from === MODIFIER ? 'after_modifier' : 'rest';
}

/** Places of a mean and of its count, by class; for steps by the classes of both keys: [from * classes + to]. */
const HOLD_SLOT = HOLD_KIND.map((kind) => slot(`hold_${kind}`));
const HOLD_COUNT = HOLD_KIND.map((kind) => slot(`n_hold_${kind}`));
const pair = (from: number, to: number): number => from * KEY_CLASSES.length + to;
const KINDS = Array.from({ length: KEY_CLASSES.length ** 2 }, (_, at) =>
  stepKind(Math.floor(at / KEY_CLASSES.length), at % KEY_CLASSES.length),
);
const DD_SLOT = KINDS.map((kind) => slot(`dd_${kind}`));
const UD_SLOT = KINDS.map((kind) => slot(`ud_${kind}`));
const STEP_COUNT = KINDS.map((kind) => slot(`n_${kind}`));
const AT = Object.fromEntries(
  [
    'hold_spread',
    'dd_spread',
    'overlap_share',
    'dd_fast',
    'dd_median',
    'dd_slow',
    'pause_share',
    'correction_share',
    'rhythm_memory',
    'hold_and_step',
    'hold_memory',
    'ud_spread',
    'pace',
  ].map((name) => [name, slot(name)]),
) as Record<string, number>;

// Working memory, reused: one window is measured at a time and nothing is kept here between two.
const sums = new Float64Array(KEYSTROKE_FEATURES.length);
const steps = new Float64Array(KEYSTROKES_PER_WINDOW);

/**
 * Measures at most 26 keystrokes given as (class code, press, hold) triples in the order of press. What was seen too
 * seldom is NaN; counts are 0.
 */
export function measureKeystrokes(keys: readonly number[]): Float64Array {
  const out = sums.fill(0);
  const hold = new Moments();
  const step = new Moments();
  const gap = new Moments();
  const rhythm = new Products();
  const holdAndStep = new Products();
  const holdMemory = new Products();
  let stepCount = 0;
  let stepBefore = Number.NaN;
  let handled = 0;
  let overlaps = 0;
  let pauses = 0;
  let corrections = 0;
  let time = 0;
  const total = Math.min(keys.length / 3, KEYSTROKES_PER_WINDOW) - 1;
  for (let i = 3; i <= total * 3; i += 3) {
    const [from, to] = [keys[i - 3] as number, keys[i] as number];
    const downDown = (keys[i + 1] as number) - (keys[i - 2] as number);
    const [heldBefore, held] = [keys[i - 1] as number, keys[i + 2] as number];
    time += Math.min(downDown, RHYTHM_BREAK_MS);
    if (downDown > PAUSE_MS) pauses++;
    if (to === DELETE) corrections++;
    if (from !== MODIFIER && to !== MODIFIER) {
      handled++;
      if (downDown < heldBefore) overlaps++;
    }
    const lnHold = held > 0 ? Math.log(clamp(held, SHORTEST_MS, RHYTHM_BREAK_MS)) : Number.NaN;
    if (held > 0) {
      bump(out, HOLD_SLOT[to] as number, lnHold);
      bump(out, HOLD_COUNT[to] as number, 1);
      hold.add(lnHold);
      if (heldBefore > 0) {
        holdMemory.add(lnHold, Math.log(clamp(heldBefore, SHORTEST_MS, RHYTHM_BREAK_MS)));
      }
    }
    if (downDown > STEP_MS) continue;
    const kind = pair(from, to);
    const lnStep = Math.log(Math.max(downDown, SHORTEST_MS));
    const upDown = Math.asinh(Math.max(downDown - heldBefore, -RHYTHM_BREAK_MS) / 50);
    bump(out, DD_SLOT[kind] as number, lnStep);
    bump(out, UD_SLOT[kind] as number, upDown);
    bump(out, STEP_COUNT[kind] as number, 1);
    steps[stepCount++] = lnStep;
    step.add(lnStep);
    if (stepBefore === stepBefore) rhythm.add(lnStep, stepBefore);
    stepBefore = lnStep;
    if (held > 0) holdAndStep.add(lnHold, lnStep);
    if (isLetter(from) && isLetter(to)) gap.add(upDown);
  }

  const measured = new Float64Array(KEYSTROKE_FEATURES.length).fill(Number.NaN);
  for (let f = 0; f < measured.length; f++) {
    const at = f < KEYSTROKE_MEASURES ? (COUNT_OF_MEASURE[f] as number) : f;
    if (at < 0) continue;
    const n = out[at] as number;
    if (at === f) measured[f] = n;
    else if (n > 0) measured[f] = (out[f] as number) / n;
  }
  const set = (name: string, x: number): void => {
    measured[AT[name] as number] = x;
  };
  const sorted = steps.subarray(0, stepCount).sort();
  set('hold_spread', hold.n > 4 ? Math.log(hold.deviation() + 0.02) : Number.NaN);
  if (stepCount > 4) {
    set('dd_spread', Math.log(step.deviation() + 0.02));
    set('dd_fast', quantileOfSorted(sorted, 0.1));
    set('dd_median', quantileOfSorted(sorted, 0.5));
    set('dd_slow', quantileOfSorted(sorted, 0.9));
  }
  set('overlap_share', handled > 4 ? overlaps / handled : Number.NaN);
  set('pause_share', total > 0 ? pauses / total : Number.NaN);
  set('correction_share', total > 0 ? corrections / total : Number.NaN);
  set('rhythm_memory', rhythm.correlation());
  set('hold_and_step', holdAndStep.correlation());
  set('hold_memory', holdMemory.correlation());
  set('ud_spread', gap.n > 3 ? gap.deviation() : Number.NaN);
  set('pace', total > 0 ? Math.log(Math.max(time / total, SHORTEST_MS)) : Number.NaN);
  return measured;
}

const bump = (into: Float64Array, at: number, x: number): void => {
  into[at] = (into[at] as number) + x;
};

/** Running mean and deviation (with n). */
class Moments {
  n = 0;
  private sum = 0;
  private squares = 0;
  add(x: number): void {
    this.n++;
    this.sum += x;
    this.squares += x * x;
  }
  deviation(): number {
    const mean = this.sum / this.n;
    return Math.sqrt(Math.max(0, this.squares / this.n - mean * mean));
  }
}

/** Running correlation; NaN for fewer than 6 pairs or where one of the two hardly varies. */
class Products {
  private n = 0;
  private readonly s = new Float64Array(5);
  add(x: number, y: number): void {
    this.n++;
    const s = this.s;
    s[0] = (s[0] as number) + x;
    s[1] = (s[1] as number) + y;
    s[2] = (s[2] as number) + x * x;
    s[3] = (s[3] as number) + y * y;
    s[4] = (s[4] as number) + x * y;
  }
  correlation(): number {
    if (this.n < 6) return Number.NaN;
    const [x, y, xx, yy, xy] = Array.from(this.s, (sum) => sum / this.n) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const [vx, vy] = [xx - x * x, yy - y * y];
    return vx > 1e-4 && vy > 1e-4 ? clamp((xy - x * y) / Math.sqrt(vx * vy), -1, 1) : Number.NaN;
  }
}

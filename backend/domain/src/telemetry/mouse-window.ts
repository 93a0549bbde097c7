// The mouse window: running sums over movement points, and the features that they make.
import { MOUSE_FEATURES, type BehaviourWindow } from '../kernel/behaviour-features';
import { clamp } from '../kernel/maths';

/** A window closes with this many points in motion, or with fewer once it has lasted long enough. */
export const POINTS_PER_WINDOW = 150;
export const FEWEST_POINTS = 60;
export const LONGEST_WINDOW_MS = 60_000;
/** A rest so long ends a stroke. */
export const STROKE_BREAK_MS = 200;
/** A silence so long drops an open window. */
export const LONG_SILENCE_MS = 300_000;
/** Buttons held so long drag. */
export const DRAG_MS = 300;

// Slots of the sums, as they lie in the state.
const SLOTS = [
  'from', // epoch ms of the first point, 0 when the window is empty
  'at', // of the last point: ms since `from`, x, y in px
  'x',
  'y',
  'speedBefore', // px/s; -1 when the stroke has just begun
  'accelerationBefore', // px/s²; NaN cannot be kept in JSON, so `accelerations` in a row say if it holds
  'inRow', // steps of the open stroke
  'dx', // last step in px
  'dy',
  'points',
  'speedSum', // of ln px/s
  'speedSquares',
  'accelerationSum', // of ln px/s²
  'accelerations',
  'jerkSum', // of ln px/s³
  'jerks',
  'turnSum', // of rad
  'turnSquares',
  'turns',
  'strokeAt', // the open stroke: ms since `from`, x, y, px travelled, highest px/s
  'strokeX',
  'strokeY',
  'strokePath',
  'strokePeak',
  'strokes', // finished strokes
  'peakSum', // of ln px/s
  'straightSum', // share
  'lengthSum', // of ln px
  'timeSum', // of ln ms
  'pauses',
  'pauseSum', // of ln ms
  'clicks',
  'clickSum', // of ln ms
  'drags',
] as const;
const S = Object.fromEntries(SLOTS.map((name, i) => [name, i])) as Record<
  (typeof SLOTS)[number],
  number
>;

/** The bounds of the door. */
const within = (px: number): number => clamp(px, -100_000, 100_000);

export const newMouseSums = (): number[] => new Array<number>(SLOTS.length).fill(0);

const get = (sums: number[], slot: number): number => sums[slot] as number;
const add = (sums: number[], slot: number, x: number): void => {
  sums[slot] = (sums[slot] as number) + x;
};

/** Adds movements and clicks to the sums in place and pushes the windows that became full. */
export function addMouse(
  sums: number[],
  startedAt: number,
  movements: readonly (readonly [number, number, number])[],
  clicks: readonly (readonly [number, number, number, number, number])[],
  windows: BehaviourWindow[],
): void {
  for (const click of clicks) addClick(sums, click[4]);
  for (const [ms, x, y] of movements) {
    const now = startedAt + ms;
    if (!Number.isFinite(now) || !Number.isFinite(x) || !Number.isFinite(y)) continue;
    addPoint(sums, now, within(x), within(y));
    const points = get(sums, S.points);
    if (
      points >= POINTS_PER_WINDOW ||
      (points >= FEWEST_POINTS && get(sums, S.at) >= LONGEST_WINDOW_MS)
    ) {
      endStroke(sums);
      windows.push({ modality: 'mouse', at: now, features: measureMouse(sums) });
      sums.fill(0);
      begin(sums, now, within(x), within(y));
    }
  }
}

function addClick(sums: number[], holdMs: number): void {
  if (!(holdMs > 0)) return;
  if (holdMs >= DRAG_MS) {
    add(sums, S.drags, 1);
    return;
  }
  add(sums, S.clicks, 1);
  add(sums, S.clickSum, Math.log(clamp(holdMs, 5, DRAG_MS)));
}

function begin(sums: number[], now: number, x: number, y: number): void {
  sums[S.from] = now;
  sums[S.at] = 0;
  sums[S.x] = x;
  sums[S.y] = y;
  beginStroke(sums, 0, x, y);
}

function beginStroke(sums: number[], at: number, x: number, y: number): void {
  sums[S.strokeAt] = at;
  sums[S.strokeX] = x;
  sums[S.strokeY] = y;
  sums[S.strokePath] = 0;
  sums[S.strokePeak] = 0;
  sums[S.inRow] = 0;
}

function addPoint(sums: number[], now: number, x: number, y: number): void {
  if (get(sums, S.from) === 0) return begin(sums, now, x, y);
  const at = now - get(sums, S.from);
  const step = at - get(sums, S.at);
  if (step > LONG_SILENCE_MS || step < -1000) {
    sums.fill(0);
    return begin(sums, now, x, y);
  }
  // Two points of one instant say nothing of speed, and an older one is late.
  if (step < 1) return;
  if (step > STROKE_BREAK_MS) {
    endStroke(sums);
    add(sums, S.pauses, 1);
    add(sums, S.pauseSum, Math.log(Math.min(step, 10_000)));
    sums[S.at] = at;
    sums[S.x] = x;
    sums[S.y] = y;
    return beginStroke(sums, at, x, y);
  }
  const dx = x - get(sums, S.x);
  const dy = y - get(sums, S.y);
  const way = Math.hypot(dx, dy);
  if (way === 0) return;
  addStep(sums, dx, dy, way, step / 1000);
  sums[S.at] = at;
  sums[S.x] = x;
  sums[S.y] = y;
}

function addStep(sums: number[], dx: number, dy: number, way: number, seconds: number): void {
  const speed = way / seconds;
  const row = get(sums, S.inRow);
  const x = Math.log(clamp(speed, 1, 100_000));
  add(sums, S.points, 1);
  add(sums, S.speedSum, x);
  add(sums, S.speedSquares, x * x);
  add(sums, S.strokePath, way);
  if (speed > get(sums, S.strokePeak)) sums[S.strokePeak] = speed;
  if (row >= 1) {
    const acceleration = (speed - get(sums, S.speedBefore)) / seconds;
    add(sums, S.accelerationSum, Math.log(clamp(Math.abs(acceleration), 1, 1e8)));
    add(sums, S.accelerations, 1);
    if (row >= 2) {
      const jerk = (acceleration - get(sums, S.accelerationBefore)) / seconds;
      add(sums, S.jerkSum, Math.log(clamp(Math.abs(jerk), 1, 1e11)));
      add(sums, S.jerks, 1);
    }
    sums[S.accelerationBefore] = clamp(acceleration, -1e9, 1e9);
    const beforeX = get(sums, S.dx);
    const beforeY = get(sums, S.dy);
    const turn = Math.abs(Math.atan2(beforeX * dy - beforeY * dx, beforeX * dx + beforeY * dy));
    add(sums, S.turnSum, turn);
    add(sums, S.turnSquares, turn * turn);
    add(sums, S.turns, 1);
  }
  sums[S.speedBefore] = speed;
  sums[S.dx] = dx;
  sums[S.dy] = dy;
  sums[S.inRow] = row + 1;
}

function endStroke(sums: number[]): void {
  if (get(sums, S.inRow) < 3) return;
  const path = get(sums, S.strokePath);
  const straight = Math.hypot(
    get(sums, S.x) - get(sums, S.strokeX),
    get(sums, S.y) - get(sums, S.strokeY),
  );
  add(sums, S.strokes, 1);
  add(sums, S.peakSum, Math.log(clamp(get(sums, S.strokePeak), 1, 100_000)));
  add(sums, S.straightSum, clamp(straight / path, 0, 1));
  add(sums, S.lengthSum, Math.log(Math.max(1, path)));
  add(sums, S.timeSum, Math.log(Math.max(1, get(sums, S.at) - get(sums, S.strokeAt))));
}

const mean = (sums: number[], total: number, count: number): number =>
  get(sums, count) > 0 ? get(sums, total) / get(sums, count) : Number.NaN;

function deviation(sums: number[], total: number, squares: number, count: number): number {
  const n = get(sums, count);
  if (n < 2) return Number.NaN;
  const sum = get(sums, total);
  return Math.sqrt(Math.max(0, get(sums, squares) - (sum * sum) / n) / (n - 1));
}

/** In the order of MOUSE_FEATURES. */
function measureMouse(sums: number[]): Float64Array {
  const presses = get(sums, S.clicks) + get(sums, S.drags);
  const features = Float64Array.of(
    mean(sums, S.speedSum, S.points),
    deviation(sums, S.speedSum, S.speedSquares, S.points),
    mean(sums, S.peakSum, S.strokes),
    mean(sums, S.accelerationSum, S.accelerations),
    mean(sums, S.jerkSum, S.jerks),
    mean(sums, S.turnSum, S.turns),
    deviation(sums, S.turnSum, S.turnSquares, S.turns),
    mean(sums, S.straightSum, S.strokes),
    mean(sums, S.lengthSum, S.strokes),
    mean(sums, S.timeSum, S.strokes),
    mean(sums, S.pauseSum, S.pauses),
    mean(sums, S.clickSum, S.clicks),
    presses > 0 ? get(sums, S.drags) / presses : Number.NaN,
  );
  if (features.length !== MOUSE_FEATURES.length) throw new RangeError('mouse features miscounted');
  return features;
}

// The mouse window: one action (a movement, a movement with a click, a drag), measured by running sums while it lasts.
import { MOUSE_FEATURES, type BehaviourWindow } from '../kernel/behaviour-features';
import { clamp } from '../kernel/maths';

/** A rest so long ends an action. */
export const ACTION_BREAK_MS = 1_000;
/** So does lasting so long, for who never rests. */
export const LONGEST_ACTION_MS = 10_000;
/** Steps shorter than this are joined: what a mouse reports more often is how it was built, not who moves it. */
export const STEP_MS = 30;
/** A movement of fewer steps says nothing. */
export const FEWEST_STEPS = 3;
/** A silence so long, or a clock that jumps back, forgets the open action. */
export const LONG_SILENCE_MS = 300_000;
const CLOCK_JUMP_MS = 1_000;
/** With a button held and less way than this the hand has only trembled. */
const LEAST_DRAG_PX = 5;
/** No hand moves so far in one step: another screen, or a remote desktop that lost the pointer. */
const JUMP_PX = 10_000;

const KIND = { move: 0, click: 1, drag: 2 } as const;

// Slots of the sums, as they lie in the state. Times are ms since `from`, places px, speeds px/s.
const SLOTS = [
  'from', // epoch ms of the first point of the action; 0 when none is open
  'held', // 1 while a button is held
  'endedAt', // epoch ms of the end of the action before, 0 for none
  'releasedAt', // epoch ms of the release before, 0 for none
  'firstX',
  'firstY',
  'at', // of the last point
  'x',
  'y',
  'steps',
  'dx', // last step
  'dy',
  'speedBefore',
  'accelerationBefore',
  'way',
  'wayX',
  'wayY',
  'speedSum', // of ln px/s
  'speedSquares',
  'speedFirst',
  'speedPeak',
  'peakAt',
  'accelerationSum', // of ln px/s²
  'gainSum',
  'gains',
  'lossSum',
  'losses',
  'jerkSum', // of ln px/s³
  'turnSum', // of rad
  'turnSigned',
  'sharp',
  'turnRateSum', // of ln rad/s
  'curvatureSum', // of ln rad/px
  'area', // px²
  'level', // steps along an axis
  'backX',
  'backY',
] as const;
const S = Object.fromEntries(SLOTS.map((name, i) => [name, i])) as Record<
  (typeof SLOTS)[number],
  number
>;
const FIRST_OF_ACTION = S.firstX;

export const newMouseSums = (): number[] => new Array<number>(SLOTS.length).fill(0);

const get = (sums: number[], slot: number): number => sums[slot] as number;
const add = (sums: number[], slot: number, x: number): void => {
  sums[slot] = (sums[slot] as number) + x;
};
/** The bounds of the door. */
const within = (px: number): number => clamp(px, -100_000, 100_000);
const ln = (x: number, low: number, high: number): number => Math.log(clamp(x, low, high));

/**
 * Adds movements and clicks to the sums in place and pushes the actions that ended. Sums of another version begin anew.
 * A click is known when it is released: the points of a drag that lie in an earlier batch have then been taken for a
 * movement, and the action becomes a drag as a whole.
 */
export function addMouse(
  sums: number[],
  startedAt: number,
  movements: readonly (readonly [number, number, number])[],
  clicks: readonly (readonly [number, number, number, number, number])[],
  windows: BehaviourWindow[],
): void {
  if (sums.length !== SLOTS.length) sums.splice(0, sums.length, ...newMouseSums());
  let click = 0;
  let releaseAt = Infinity;
  const clicksUntil = (now: number): void => {
    for (;;) {
      if (releaseAt <= now) {
        release(sums, releaseAt, windows);
        releaseAt = Infinity;
      }
      const next = clicks[click];
      if (!next || releaseAt !== Infinity || !(startedAt + next[0] <= now)) return;
      click++;
      const [ms, x, y, , holdMs] = next;
      if (![ms, x, y, holdMs].every(Number.isFinite) || !(holdMs > 0)) continue;
      press(sums, startedAt + ms, within(x), within(y), holdMs, windows);
      releaseAt = startedAt + ms + holdMs;
    }
  };
  for (const [ms, x, y] of movements) {
    const now = startedAt + ms;
    if (!Number.isFinite(now) || !Number.isFinite(x) || !Number.isFinite(y)) continue;
    clicksUntil(now);
    addPoint(sums, now, within(x), within(y), windows);
  }
  clicksUntil(Number.MAX_VALUE);
}

function press(
  sums: number[],
  at: number,
  x: number,
  y: number,
  holdMs: number,
  windows: BehaviourWindow[],
): void {
  // A long drag begins before points that were taken for a movement.
  forgetAfterSilence(sums, at, -get(sums, S.at) - CLOCK_JUMP_MS);
  const lastAt = get(sums, S.from) + get(sums, S.at);
  const open = get(sums, S.from) > 0;
  if (open && at < lastAt) {
    sums[S.held] = 1;
    return;
  }
  if (open && at - lastAt > ACTION_BREAK_MS) end(sums, windows);
  const moved = get(sums, S.from) > 0;
  const features = measure(sums, KIND.click, at);
  features[SLOT.settle] = moved ? ln(at - lastAt, 5, 5_000) : Number.NaN;
  features[SLOT.click_hold] = ln(holdMs, 5, 60_000);
  const since = get(sums, S.releasedAt);
  features[SLOT.click_gap] = since > 0 ? ln(at - since, 10, 5_000) : Number.NaN;
  windows.push({ modality: 'mouse', at, features });
  sums[S.endedAt] = at;
  begin(sums, at, x, y);
  sums[S.held] = 1;
}

function release(sums: number[], at: number, windows: BehaviourWindow[]): void {
  end(sums, windows);
  sums[S.endedAt] = at;
  sums[S.releasedAt] = at;
}

/** Closes the open action; it becomes a window when there is enough of it. */
function end(sums: number[], windows: BehaviourWindow[]): void {
  if (get(sums, S.from) === 0) return;
  const held = get(sums, S.held) === 1;
  const enough = get(sums, S.steps) >= FEWEST_STEPS && (!held || get(sums, S.way) > LEAST_DRAG_PX);
  const at = get(sums, S.from) + get(sums, S.at);
  if (enough) {
    const features = measure(sums, held ? KIND.drag : KIND.move, at);
    windows.push({ modality: 'mouse', at, features });
    sums[S.endedAt] = at;
  }
  sums[S.from] = 0;
  sums[S.held] = 0;
  sums.fill(0, FIRST_OF_ACTION);
}

function forgetAfterSilence(sums: number[], now: number, earliest = -CLOCK_JUMP_MS): void {
  const from = get(sums, S.from);
  const last = from > 0 ? from + get(sums, S.at) : get(sums, S.endedAt);
  if (last > 0 && (now - last > LONG_SILENCE_MS || now - last < earliest)) sums.fill(0);
}

function begin(sums: number[], now: number, x: number, y: number): void {
  sums.fill(0, FIRST_OF_ACTION);
  sums[S.from] = now;
  sums[S.held] = 0;
  sums[S.firstX] = sums[S.x] = x;
  sums[S.firstY] = sums[S.y] = y;
}

function addPoint(
  sums: number[],
  now: number,
  x: number,
  y: number,
  windows: BehaviourWindow[],
): void {
  forgetAfterSilence(sums, now);
  if (get(sums, S.from) === 0) return begin(sums, now, x, y);
  const step = now - get(sums, S.from) - get(sums, S.at);
  const resting = step > ACTION_BREAK_MS || get(sums, S.at) + step > LONGEST_ACTION_MS;
  if (resting && get(sums, S.held) === 0) {
    end(sums, windows);
    return begin(sums, now, x, y);
  }
  if (step < STEP_MS) return;
  const dx = x - get(sums, S.x);
  const dy = y - get(sums, S.y);
  const way = Math.hypot(dx, dy);
  if (way === 0) return;
  if (way > JUMP_PX) return begin(sums, now, x, y);
  addStep(sums, dx, dy, way, step / 1000);
  sums[S.at] = now - get(sums, S.from);
  sums[S.x] = x;
  sums[S.y] = y;
}

function addStep(sums: number[], dx: number, dy: number, way: number, seconds: number): void {
  const speed = way / seconds;
  const lnSpeed = ln(speed, 1, 100_000);
  const steps = get(sums, S.steps);
  // The area is swept by the line from the beginning to the pointer.
  const fromX = get(sums, S.x) - get(sums, S.firstX);
  const fromY = get(sums, S.y) - get(sums, S.firstY);
  add(sums, S.area, (fromX * dy - fromY * dx) / 2);
  add(sums, S.way, way);
  add(sums, S.wayX, Math.abs(dx));
  add(sums, S.wayY, Math.abs(dy));
  add(sums, S.speedSum, lnSpeed);
  add(sums, S.speedSquares, lnSpeed * lnSpeed);
  if (dx === 0 || dy === 0) add(sums, S.level, 1);
  if (steps === 0) sums[S.speedFirst] = speed;
  else compareWithStepBefore(sums, dx, dy, way, seconds, speed, steps);
  if (speed > get(sums, S.speedPeak)) {
    sums[S.speedPeak] = speed;
    sums[S.peakAt] = get(sums, S.at) + seconds * 1000;
  }
  sums[S.speedBefore] = speed;
  sums[S.dx] = dx;
  sums[S.dy] = dy;
  sums[S.steps] = steps + 1;
}

function compareWithStepBefore(
  sums: number[],
  dx: number,
  dy: number,
  way: number,
  seconds: number,
  speed: number,
  steps: number,
): void {
  const acceleration = (speed - get(sums, S.speedBefore)) / seconds;
  const size = ln(Math.abs(acceleration), 1, 1e8);
  add(sums, S.accelerationSum, size);
  if (acceleration > 0) {
    add(sums, S.gainSum, size);
    add(sums, S.gains, 1);
  } else if (acceleration < 0) {
    add(sums, S.lossSum, size);
    add(sums, S.losses, 1);
  }
  if (steps > 1) {
    const jerk = (acceleration - get(sums, S.accelerationBefore)) / seconds;
    add(sums, S.jerkSum, ln(Math.abs(jerk), 1, 1e11));
  }
  sums[S.accelerationBefore] = acceleration;
  const [beforeX, beforeY] = [get(sums, S.dx), get(sums, S.dy)];
  const turn = Math.atan2(beforeX * dy - beforeY * dx, beforeX * dx + beforeY * dy);
  const angle = Math.abs(turn);
  add(sums, S.turnSum, angle);
  add(sums, S.turnSigned, turn);
  if (angle > Math.PI / 2) add(sums, S.sharp, 1);
  add(sums, S.turnRateSum, ln(angle / seconds, 0.01, 1_000));
  add(sums, S.curvatureSum, ln(angle / way, 1e-4, 10));
  if (dx * beforeX < 0) add(sums, S.backX, 1);
  if (dy * beforeY < 0) add(sums, S.backY, 1);
}

const SLOT = Object.fromEntries(MOUSE_FEATURES.map(({ name }, i) => [name, i])) as Record<
  'pause' | 'settle' | 'click_hold' | 'click_gap',
  number
>;

/** In the order of MOUSE_FEATURES; what a short movement does not show is absent (NaN). */
function measure(sums: number[], kind: number, now: number): Float64Array {
  const features = new Float64Array(MOUSE_FEATURES.length).fill(Number.NaN);
  const began = get(sums, S.from) > 0 ? get(sums, S.from) : now;
  const ended = get(sums, S.endedAt);
  features[0] = kind;
  features[SLOT.pause] = ended > 0 ? ln(began - ended, 10, 10_000) : Number.NaN;
  const steps = get(sums, S.steps);
  if (steps < FEWEST_STEPS) return features;
  const ms = Math.max(1, get(sums, S.at));
  const way = get(sums, S.way);
  const dx = get(sums, S.x) - get(sums, S.firstX);
  const dy = get(sums, S.y) - get(sums, S.firstY);
  const distance = Math.hypot(dx, dy);
  const turns = steps - 1;
  const share = (total: number, of: number): number =>
    of > 0 ? get(sums, total) / of : Number.NaN;
  const meanSpeed = share(S.speedSum, steps);
  features.set(
    [
      ln(ms, 1, 60_000),
      ln(way, 1, 100_000),
      ln(distance, 1, 100_000),
      clamp(distance / way, 0, 1),
      distance > 0 ? dx / distance : 0,
      distance > 0 ? dy / distance : 0,
      ln((way / ms) * 1000, 1, 100_000),
      Math.sqrt(Math.max(0, share(S.speedSquares, steps) - meanSpeed ** 2)),
      ln(get(sums, S.speedPeak), 1, 100_000),
      ln(get(sums, S.speedFirst), 1, 100_000),
      ln(get(sums, S.speedBefore), 1, 100_000),
      clamp(get(sums, S.peakAt) / ms, 0, 1),
      share(S.accelerationSum, turns),
      share(S.gainSum, get(sums, S.gains)),
      share(S.lossSum, get(sums, S.losses)),
      share(S.jerkSum, turns - 1),
      share(S.turnSum, turns),
      get(sums, S.turnSigned),
      share(S.sharp, turns),
      share(S.turnRateSum, turns),
      share(S.curvatureSum, turns),
      clamp(get(sums, S.area) / Math.max(distance, 5) ** 2, -3, 3),
      ln((get(sums, S.wayX) / ms) * 1000, 1, 100_000),
      ln((get(sums, S.wayY) / ms) * 1000, 1, 100_000),
      share(S.level, steps),
      share(S.backX, turns),
      share(S.backY, turns),
    ],
    1,
  );
  return features;
}

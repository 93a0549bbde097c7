// The keystroke window: gathers keystrokes in the order of their presses and measures each 25 of them.
import { FIXED_TEXT_BASE, KEY_CLASSES, type KeyClass } from '@verity/protocol/telemetry/schemas';
import type { BehaviourWindow } from '../kernel/behaviour-features';
import { clamp } from '../kernel/maths';
import { KEYSTROKES_PER_WINDOW, measureKeystrokes, RHYTHM_BREAK_MS } from './keystroke-measures';

/** A silence so long drops an open window: who comes back may be somebody else. */
export const LONG_SILENCE_MS = 300_000;
/** Presses of one class, letters apart, that follow so fast are one key repeating. */
export const AUTO_REPEAT_MS = 50;

interface OpenWindow {
  keysFrom: number;
  repeatAt: number;
  keys: number[];
}

const code = (name: KeyClass): number => KEY_CLASSES.indexOf(name);
const LEFT = code('left_letter');
const RIGHT = code('right_letter');
const OTHER = code('other');

/**
 * Adds keystrokes to the open window in place and pushes the windows that became full. Keys of a fixed text are left to
 * the repetitions of it, so that a key is evidence once; the time that they take is a rest of free typing.
 */
export function addKeystrokes(
  open: OpenWindow,
  startedAt: number,
  keystrokes: readonly (readonly [number, number, number])[],
  windows: BehaviourWindow[],
): void {
  const { keys } = open;
  for (const [rawCode, downMs, rawHold] of keystrokes) {
    const press = startedAt + downMs;
    if (!Number.isFinite(press) || rawCode >= FIXED_TEXT_BASE) continue;
    const key = rawCode >= KEY_CLASSES.length ? OTHER : rawCode;
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

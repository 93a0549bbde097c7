// A quick yes for what passes here a thousand times a second. Whatever it accepts, the schema accepts as it is;
// whatever it does not, the schema judges and names what is wrong. Its spec holds the two together.
import { HIGHEST_KEY_CODE, TELEMETRY_LIMITS, type BehavioralData } from './schemas';
import type { TelemetryMessage } from './messages';

const NONCE = /^[A-Za-z0-9_-]{22}$/;
const MS = 600_000;
const PIXELS = 100_000;
const L = TELEMETRY_LIMITS;

/** Bounds of the numbers of one event: lowest, highest, and whether it must be whole. */
type Bounds = readonly (readonly [low: number, high: number, whole?: true])[];

const ms = [-MS, MS] as const;
const pixels = [-PIXELS, PIXELS] as const;
const KEYSTROKE: Bounds = [[0, HIGHEST_KEY_CODE, true], ms, [0, 60_000]];
const MOVEMENT: Bounds = [ms, pixels, pixels];
const CLICK: Bounds = [ms, pixels, pixels, [0, 8, true], [0, MS]];
const FOCUS: Bounds = [ms, [0, 1, true]];
const TOUCH: Bounds = [ms, pixels, pixels, [0, 2, true]];

function areEvents(list: unknown, bounds: Bounds, most: number): boolean {
  if (!Array.isArray(list) || list.length > most) return false;
  for (const event of list as unknown[]) {
    if (!Array.isArray(event) || event.length !== bounds.length) return false;
    for (let at = 0; at < bounds.length; at++) {
      const value: unknown = event[at];
      const [low, high, whole] = bounds[at] as Bounds[number];
      // Also false for NaN.
      if (typeof value !== 'number' || !(value >= low && value <= high)) return false;
      if (whole && !Number.isInteger(value)) return false;
    }
  }
  return true;
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

export function isBehavioralData(value: unknown): value is BehavioralData {
  return (
    isPlain(value) &&
    Object.keys(value).length === 9 &&
    typeof value.nonce === 'string' &&
    NONCE.test(value.nonce) &&
    Number.isInteger(value.seq) &&
    (value.seq as number) >= 0 &&
    (value.seq as number) <= 2 ** 31 &&
    Number.isSafeInteger(value.started_at) &&
    (value.started_at as number) >= 0 &&
    areEvents(value.keystrokes, KEYSTROKE, L.keystrokes) &&
    areEvents(value.mouseMovements, MOVEMENT, L.mouseMovements) &&
    areEvents(value.clicks, CLICK, L.clicks) &&
    areEvents(value.scrolls, MOVEMENT, L.scrolls) &&
    areEvents(value.focus, FOCUS, L.focus) &&
    areEvents(value.touches, TOUCH, L.touches)
  );
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const INSTANT =
  /^20\d\d-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/** The last days of long months are left to the schema. */
export function isTelemetryMessage(value: unknown): value is TelemetryMessage {
  return (
    isPlain(value) &&
    Object.keys(value).length === 4 &&
    typeof value.session_id === 'string' &&
    UUID.test(value.session_id) &&
    typeof value.user_id === 'string' &&
    UUID.test(value.user_id) &&
    typeof value.received_at === 'string' &&
    INSTANT.test(value.received_at) &&
    isBehavioralData(value.batch)
  );
}

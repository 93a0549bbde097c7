// Telemetry: what the collector measures. Which key was pressed never leaves the page, only its class or position.
import { z } from 'zod';

/** A keystroke's coarse class, in wire order: the code is the index. */
export const KEY_CLASSES = [
  'left_letter',
  'right_letter',
  'digit',
  'space',
  'enter_tab',
  'delete',
  'modifier',
  'navigation',
  'punctuation',
  'other',
] as const;
export type KeyClass = (typeof KEY_CLASSES)[number];

/**
 * In a field of fixed text the code is FIXED_TEXT_BASE + position in the text (0 to 111), plus TEXT_SPAN times the
 * number of the text: 0 for a text without a name, else 1 to 65,535 made of the name.
 */
export const FIXED_TEXT_BASE = 16;
export const TEXT_SPAN = 128;
export const HIGHEST_KEY_CODE = TEXT_SPAN * 65_536 - 1;

/** Limits of the door, in the units of the fields. */
export const TELEMETRY_LIMITS = {
  batchBytes: 65_536,
  keystrokes: 200,
  mouseMovements: 600,
  clicks: 100,
  scrolls: 200,
  touches: 600,
  focus: 50,
  /** A batch may be accepted so much after it was measured (kept offline). */
  lateMs: 600_000,
  /** Tolerated clock error towards the future. */
  futureMs: 5_000,
  /** Batches that may be missing between the newest seen and one that is still accepted. */
  orderWindow: 600,
} as const;

const ms = z.number().min(-600_000).max(600_000);
const coordinate = z.number().min(-100_000).max(100_000);

/** [key code, press in ms since the batch's `started_at`, hold in ms]. */
export const Keystroke = z.tuple([
  z.number().int().min(0).max(HIGHEST_KEY_CODE),
  ms,
  z.number().min(0).max(60_000),
]);
/** [ms since `started_at`, x, y] in CSS pixels of the viewport. */
export const MouseMovement = z.tuple([ms, coordinate, coordinate]);
/** [ms since `started_at`, x, y, button, hold in ms]. */
export const Click = z.tuple([
  ms,
  coordinate,
  coordinate,
  z.number().int().min(0).max(8),
  z.number().min(0).max(600_000),
]);
/** [ms since `started_at`, delta x, delta y] in CSS pixels. */
export const Scroll = z.tuple([ms, coordinate, coordinate]);
/** [ms since `started_at`, 1 gained or 0 lost]. */
export const FocusChange = z.tuple([ms, z.union([z.literal(0), z.literal(1)])]);
/** [ms since `started_at`, x, y, phase: 0 start, 1 move, 2 end]. */
export const Touch = z.tuple([ms, coordinate, coordinate, z.number().int().min(0).max(2)]);

const L = TELEMETRY_LIMITS;

/** One second of behaviour, as sent with `behavioral_data`. */
export const BehavioralData = z.strictObject({
  /** Grows by one with every batch of the session, from 0. */
  seq: z
    .number()
    .int()
    .min(0)
    .max(2 ** 31),
  /** 16 random bytes in base64url. */
  nonce: z.string().regex(/^[A-Za-z0-9_-]{22}$/, 'must be 16 bytes in base64url'),
  /** Server time (client clock corrected by `connection_response.now`), epoch milliseconds. */
  started_at: z.number().int().min(0),
  keystrokes: z.array(Keystroke).max(L.keystrokes),
  mouseMovements: z.array(MouseMovement).max(L.mouseMovements),
  clicks: z.array(Click).max(L.clicks),
  scrolls: z.array(Scroll).max(L.scrolls).default([]),
  focus: z.array(FocusChange).max(L.focus).default([]),
  touches: z.array(Touch).max(L.touches).default([]),
});
export type BehavioralData = z.output<typeof BehavioralData>;
export type BehavioralDataInput = z.input<typeof BehavioralData>;

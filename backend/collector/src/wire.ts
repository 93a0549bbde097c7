// What the collector shares with the door, as plain values: the protocol's own constants come with a validator that a page need not load.
import type {
  BehavioralData,
  FIXED_TEXT_BASE,
  TEXT_SPAN as PROTOCOL_SPAN,
  KEY_CLASSES,
  TELEMETRY_LIMITS,
} from '@verity/protocol/telemetry/schemas';

// The annotations are literal types: a value that differs from the protocol's does not compile.
export const CLASSES: typeof KEY_CLASSES = [
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
];

export const TEXT_BASE: typeof FIXED_TEXT_BASE = 16;
export const TEXT_SPAN: typeof PROTOCOL_SPAN = 128;

export const LIMITS: typeof TELEMETRY_LIMITS = {
  batchBytes: 65_536,
  keystrokes: 200,
  mouseMovements: 600,
  clicks: 100,
  scrolls: 200,
  touches: 600,
  focus: 50,
  lateMs: 600_000,
  futureMs: 5_000,
  orderWindow: 600,
};

/** Batches a second that the door takes from one socket. */
export const BATCHES_PER_SECOND = 10;

/** A batch as it is sent. */
export type Batch = BehavioralData;
/** A batch that has been measured and has no number yet: it gets one when it first leaves. */
export type MeasuredBatch = Omit<BehavioralData, 'seq'>;

/** Sixteen random bytes in base64url. */
export function randomNonce(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '');
}

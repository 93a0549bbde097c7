// A typing model as it is stored: JSON, versioned, refused when it is not whole.
import { z } from 'zod';
import { Fault } from '@verity/protocol/faults';
import { Instant } from '@verity/protocol/ids';
import { ModelState } from '@verity/protocol/risk/schemas';
import { KEYSTROKE_FEATURES, KEYSTROKE_MEASURES } from '../kernel/keystroke-features';
import { unpackFloats } from './typing-world';

/** With fewer there is no model. */
export const FEWEST_WINDOWS = 4;

const packed = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/, 'must be base64');
const measures = z.array(z.number().nullable()).length(KEYSTROKE_MEASURES);

export const TypingArtefact = z.strictObject({
  format: z.literal('verity-typing'),
  /** Of this shape; raised when its meaning changes. */
  formatVersion: z.literal(1),
  modality: z.literal('keystroke'),
  /** Of the person's model, from 1. */
  version: z.number().int().min(1),
  trainedAt: Instant,
  /** Windows that it was trained on. */
  windows: z.number().int().min(FEWEST_WINDOWS),
  state: ModelState,
  features: z
    .array(z.string())
    .refine(
      (names) =>
        names.length === KEYSTROKE_FEATURES.length &&
        names.every((name, i) => name === KEYSTROKE_FEATURES[i]?.name),
      'was made for other features',
    ),
  /** When the belief and the windows below were learnt; `trainedAt` where there is nothing newer. */
  enrolledAt: Instant.optional(),
  /** The belief about the person: float32 in base64, of the covariance the lower triangle. */
  mean: packed,
  covariance: packed,
  nearest: z.strictObject({
    centre: measures,
    scale: measures,
    weights: z.array(z.number()).length(KEYSTROKE_MEASURES).nullable(),
    own: packed.refine(
      (bytes) => bytes.length > 0 && atob(bytes).length % KEYSTROKE_MEASURES === 0,
      'holds no whole windows',
    ),
    people: packed.refine(
      (bytes) => atob(bytes).length % KEYSTROKE_MEASURES === 0,
      'holds no whole windows',
    ),
  }),
  /** What an enrolled model has learnt since, behind the guard: where the person is believed to be now, and their newest windows. */
  learnt: z
    .strictObject({
      mean: packed,
      own: packed.refine(
        (bytes) => bytes.length > 0 && atob(bytes).length % KEYSTROKE_MEASURES === 0,
        'holds no whole windows',
      ),
    })
    .nullable()
    .default(null),
});
export type TypingArtefact = z.infer<typeof TypingArtefact>;

/** Throws `invalid-input` when it is truncated, foreign, or of another format or feature set. */
export function readTypingArtefact(json: string): TypingArtefact {
  let plain: unknown;
  try {
    plain = JSON.parse(json);
  } catch (cause) {
    throw refused('it is not whole JSON', cause);
  }
  const result = TypingArtefact.safeParse(plain);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw refused(`${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'does not fit'}`);
}

const refused = (why: string, cause?: unknown): Fault =>
  new Fault('invalid-input', `This is no typing model that this version can read (${why}).`, {
    fix: 'Train the model again from the stored windows.',
    cause,
  });

/** Throws `invalid-input` when the text is not of so many finite numbers. */
export function floatsOf(text: string, length: number): Float64Array {
  const values = unpackFloats(text, length);
  if (!values) throw refused('the belief about the person is not whole');
  return values;
}

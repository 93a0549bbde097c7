// A mouse model as it is stored: JSON, versioned, refused when it is not whole.
import { z } from 'zod';
import { Fault } from '@verity/protocol/faults';
import { Instant } from '@verity/protocol/ids';
import { ModelState } from '@verity/protocol/risk/schemas';
import { base64Of, bytesOf } from '../kernel/base64';
import { MOUSE_FEATURES } from '../kernel/behaviour-features';
import type { Trees } from './boosted-trees';
import { STEEPEST } from './mouse-calibration';

/** Bytes in base64. */
const packed = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/, 'must be base64');
const WIDTH = MOUSE_FEATURES.length;
const DEEPEST = 6;

/** What weighs an action: trees over bins, and what their score is worth. */
const judge = {
  cuts: z.array(z.array(z.number())).length(WIDTH),
  trees: z.strictObject({
    depth: z.number().int().min(1).max(DEEPEST),
    features: packed,
    bins: packed,
    leaves: packed,
  }),
  calibration: z.strictObject({
    slope: z.number().min(0).max(STEEPEST),
    middle: z.number().min(-10).max(10),
  }),
};

/** Bytes behind that much base64, which is not undone for it. */
const sizeOf = (text: string): number =>
  text.length % 4 === 0 ? (text.length / 4) * 3 - (/=*$/.exec(text)?.[0].length ?? 0) : NaN;

const whole = ({
  trees,
}: {
  trees: { depth: number } & Record<'features' | 'bins' | 'leaves', string>;
}) => {
  const inner = 2 ** trees.depth - 1;
  const features = bytesOf(trees.features);
  const count = features.length / inner;
  return (
    Number.isInteger(count) &&
    features.every((feature) => feature < WIDTH) &&
    sizeOf(trees.bins) === features.length &&
    sizeOf(trees.leaves) === count * (inner + 1) * 2
  );
};

export const MouseArtefact = z
  .strictObject({
    format: z.literal('verity-mouse'),
    /** Of this shape; raised when its meaning changes. */
    formatVersion: z.literal(1),
    modality: z.literal('mouse'),
    /** Of the person's model, from 1. */
    version: z.number().int().min(1),
    trainedAt: Instant,
    /** Actions that it was trained on. */
    windows: z.number().int().min(1),
    state: ModelState,
    features: z.array(z.string()),
    /** Other people of this installation among those it was compared with, and people of the shipped background. */
    cohort: z.number().int().min(0),
    shipped: z.number().int().min(0),
    ...judge,
    /** What is usual of the person, for the words: median and spread of each feature. */
    usual: z.strictObject({
      centre: z.array(z.number().nullable()).length(WIDTH),
      scale: z.array(z.number().nullable()).length(WIDTH),
    }),
    lowest: z.number().max(0),
    highest: z.number().min(0),
    /** The model as it was enrolled: what is learnt afterwards stays near it. Null while the person is being enrolled. */
    enrolled: z
      .strictObject({ at: Instant, ...judge })
      .refine(whole, 'has parts that do not fit together')
      .nullable()
      .default(null),
  })
  .refine(({ features }) => features.join() === MOUSE_FEATURES.map(({ name }) => name).join(), {
    message: 'was made for other features',
    path: ['features'],
  })
  .refine(whole, 'has parts that do not fit together');
export type MouseArtefact = z.infer<typeof MouseArtefact>;

/** Throws `invalid-input` when it is truncated, foreign, or of another format or feature set. */
export function readMouseArtefact(json: string): MouseArtefact {
  let plain: unknown;
  try {
    plain = JSON.parse(json);
  } catch (cause) {
    throw refused('it is not whole JSON', cause);
  }
  const result = MouseArtefact.safeParse(plain);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw refused(`${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'does not fit'}`);
}

const refused = (why: string, cause?: unknown): Fault =>
  new Fault('invalid-input', `This is no mouse model that this version can read (${why}).`, {
    fix: 'Train the model again from the stored windows.',
    cause,
  });

export function packTrees({ depth, features, bins, leaves }: Trees): MouseArtefact['trees'] {
  const bytes = new Uint8Array(leaves.length * 2);
  const view = new DataView(bytes.buffer);
  leaves.forEach((leaf, i) => view.setInt16(i * 2, leaf, true));
  return { depth, features: base64Of(features), bins: base64Of(bins), leaves: base64Of(bytes) };
}

export function unpackTrees({ depth, features, bins, leaves }: MouseArtefact['trees']): Trees {
  const bytes = bytesOf(leaves);
  const view = new DataView(bytes.buffer);
  return {
    depth,
    features: bytesOf(features),
    bins: bytesOf(bins),
    leaves: Int16Array.from({ length: bytes.length / 2 }, (_, i) => view.getInt16(i * 2, true)),
  };
}

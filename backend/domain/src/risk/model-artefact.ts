// A behaviour model as it is stored: JSON, versioned, refused when it is not whole.
import { z } from 'zod';
import { Instant } from '@verity/protocol/ids';
import { ModelState } from '@verity/protocol/risk/schemas';
import { FEATURES } from '../kernel/behaviour-features';

const column = z.array(z.number().nullable());
/** Bytes in base64. */
const packed = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/, 'must be base64');
const centred = z.strictObject({
  centre: column,
  scale: column,
  weights: z.array(z.number()).nullable(),
});

export const ModelArtefact = z
  .strictObject({
    format: z.literal('verity-behaviour'),
    /** Of this shape; raised when its meaning changes. */
    formatVersion: z.literal(1),
    modality: z.enum(['keystroke', 'mouse']),
    /** Of the person's model, from 1. */
    version: z.number().int().min(1),
    trainedAt: Instant,
    /** Windows that it was trained on. */
    windows: z.number().int().min(4),
    state: ModelState,
    features: z.array(z.string()),
    manhattan: centred,
    /** Scaled Manhattan around people in general. */
    population: centred,
    nearest: centred.extend({ own: packed, people: packed }),
    autoencoder: z.strictObject({
      centre: column,
      scale: column,
      weights: z.array(z.number()).nullable(),
      layers: z
        .array(
          z.strictObject({
            weights: z.array(z.array(z.number())).min(1),
            biases: z.array(z.number()).min(1),
          }),
        )
        .min(1),
    }),
    calibration: z.strictObject({
      own: z.array(z.number()).length(4),
      ownDeviation: z.number().positive(),
      shift: z.number().min(0),
      otherDeviation: z.number().positive(),
      temper: z.number().min(0).max(1),
      lowest: z.number(),
      highest: z.number(),
    }),
  })
  .refine(
    ({ modality, features }) =>
      features.length === FEATURES[modality].length &&
      features.every((name, i) => name === FEATURES[modality][i]?.name),
    { message: 'was made for other features', path: ['features'] },
  )
  .refine(({ features, manhattan, population, nearest, autoencoder }) => {
    const { centre, scale, weights, layers } = autoencoder;
    const { own, people, ...around } = nearest;
    const whole = (bytes: string): boolean => atob(bytes).length % features.length === 0;
    const wide = (row: readonly unknown[] | null): boolean =>
      !row || row.length === features.length;
    let width = features.length;
    for (const layer of layers) {
      if (layer.weights.length !== layer.biases.length) return false;
      if (layer.weights.some((row) => row.length !== width)) return false;
      width = layer.biases.length;
    }
    return (
      width === features.length &&
      whole(own) &&
      own.length > 0 &&
      whole(people) &&
      [
        ...[manhattan, population, around, { centre, scale, weights }].flatMap((part) =>
          Object.values(part),
        ),
      ].every(wide)
    );
  }, 'has parts that do not fit together');
export type ModelArtefact = z.infer<typeof ModelArtefact>;

// The features of one repetition of a fixed text: the order, units and words that telemetry and risk share.
import { clamp } from './maths';

/** Keys of a text that is worth a model: fewer tell too little, more make it large. */
export const PHRASE_KEYS = { least: 4, most: 40 } as const;

export const PHRASE_KINDS = ['hold', 'gap', 'step'] as const;
export type PhraseKind = (typeof PHRASE_KINDS)[number];

/** What is measured at each place of the text; `docs/features.md` repeats it. */
export const PHRASE_FEATURES: Readonly<
  Record<PhraseKind, { unit: string; about: string; above: string; below: string }>
> = {
  hold: {
    unit: 'ln ms',
    about: 'Time that each key is held, in the order of presses',
    above: 'keys held longer than you do',
    below: 'keys held shorter than you do',
  },
  gap: {
    unit: 'asinh(ms/100)',
    about: 'Time from each release to the next press; negative when the keys overlap',
    above: 'longer gaps than you make',
    below: 'shorter gaps than you make',
  },
  step: {
    unit: 'ln ms',
    about: 'Time from each press to the next',
    above: 'slower than you type this text',
    below: 'faster than you type this text',
  },
};

const SHORTEST_MS = 10;
/** A hesitation of ten seconds tells no more than one of this. */
const LONGEST_MS = 10_000;

const lnMs = (ms: number): number => Math.log(clamp(ms, SHORTEST_MS, LONGEST_MS));

/**
 * Features of a repetition: holds, then gaps, then steps. `holds` has one number of ms a key, `steps` (press to press)
 * one fewer. No number that is finite, however absurd, gives an infinite feature.
 */
export function phraseFeatures(holds: readonly number[], steps: readonly number[]): Float64Array {
  const keys = holds.length;
  const out = new Float64Array(featuresOf(keys));
  for (let i = 0; i < keys; i++) out[i] = lnMs(holds[i] as number);
  for (let i = 0; i + 1 < keys; i++) {
    const step = steps[i] as number;
    const gap = clamp(step - (holds[i] as number), -LONGEST_MS, LONGEST_MS);
    out[keys + i] = Math.asinh(gap / 100);
    out[2 * keys - 1 + i] = lnMs(step);
  }
  return out;
}

/** Features of a text of so many keys. */
export const featuresOf = (keys: number): number => 3 * keys - 2;

/** Keys of the text that has so many features; NaN when no text has. */
export function keysOf(features: number): number {
  const keys = (features + 2) / 3;
  return Number.isInteger(keys) && keys >= 2 ? keys : Number.NaN;
}

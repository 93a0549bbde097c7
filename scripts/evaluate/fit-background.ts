// Who of a file of recordings is background, and how windows of many people are made small enough to commit.
import type { QuantisedBackground } from '@verity/domain/risk/background';
import { roundTo } from '@verity/domain/kernel/maths';

/** Every second person is background; the others are left for judging and for the demo. */
export const isBackground = (_: unknown, place: number): boolean => place % 2 === 0;

const spreadOver = <T>(items: readonly T[], count: number): T[] =>
  items.length <= count
    ? [...items]
    : Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)] as T);

const mean = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x, 0) / xs.length;

export function quantise(
  people: readonly (readonly Float64Array[])[],
  features: number,
  perPerson: number,
  source: string,
): QuantisedBackground {
  const low: number[] = [];
  const step: number[] = [];
  const scale: number[] = [];
  const rawWeights: number[] = [];
  for (let f = 0; f < features; f++) {
    const columns = people
      .map((windows) => windows.map((w) => w[f] as number).filter(Number.isFinite))
      .filter((xs) => xs.length >= 4);
    const centres = columns.map(mean);
    const within = columns.map((xs, i) =>
      mean(xs.map((x) => Math.abs(x - (centres[i] as number)))),
    );
    const typical = columns.length > 0 ? Math.max(mean(within), 1e-3) : 1;
    const middle = columns.length > 0 ? mean(centres) : 0;
    const between = columns.length > 1 ? mean(centres.map((c) => Math.abs(c - middle))) : 0;
    scale.push(roundTo(typical, 4));
    rawWeights.push(0.2 + Math.min(1.5, between / typical));
    const all = columns.flat().sort((a, b) => a - b);
    const from = all[Math.floor(all.length * 0.002)] ?? 0;
    const to = all[Math.ceil(all.length * 0.998) - 1] ?? 1;
    low.push(roundTo(from, 4));
    step.push(Math.max(roundTo((to - from) / 254, 4), 1e-6));
  }
  const total = mean(rawWeights);
  const chosen = people.flatMap((windows) => spreadOver(windows, perPerson));
  const bytes = new Uint8Array(chosen.length * features);
  chosen.forEach((window, row) => {
    for (let f = 0; f < features; f++) {
      const x = window[f] as number;
      bytes[row * features + f] = Number.isFinite(x)
        ? Math.min(255, Math.max(1, Math.round((x - (low[f] as number)) / (step[f] as number)) + 1))
        : 0;
    }
  });
  return {
    source,
    features,
    low,
    step,
    scale,
    weights: rawWeights.map((w) => roundTo(w / total, 4)),
    windows: Buffer.from(bytes).toString('base64'),
  };
}

// Geometry of the small charts: points of a series in a box.
export interface Sample {
  at: number;
  value: number;
}

export interface Box {
  width: number;
  height: number;
  from: number;
  to: number;
  /** Value at the top of the box; the bottom is zero. */
  top: number;
}

const round = (value: number) => Math.round(value * 10) / 10;

export const xOf = (at: number, { width, from, to }: Box): number =>
  to === from ? width : round(((at - from) / (to - from)) * width);

export const yOf = (value: number, { height, top }: Box): number =>
  round(height - (Math.max(0, Math.min(top, value)) / top) * height);

/** The `points` of an SVG polyline. A single sample becomes a level line. */
export function toPoints(samples: readonly Sample[], box: Box): string {
  const [only] = samples;
  if (samples.length === 1 && only) {
    const y = yOf(only.value, box);
    return `0,${y} ${box.width},${y}`;
  }
  return samples.map(({ at, value }) => `${xOf(at, box)},${yOf(value, box)}`).join(' ');
}

/** Keeps at most `limit` samples and both ends, choosing the highest of each stretch so that no peak is lost. */
export function thin(samples: readonly Sample[], limit: number): readonly Sample[] {
  const first = samples[0];
  const last = samples.at(-1);
  if (samples.length <= limit || !first || !last) return samples;
  const stretches = limit - 2;
  const inner = samples.slice(1, -1);
  const kept = Array.from({ length: stretches }, (_, i) => {
    const stretch = inner.slice(
      Math.floor((i * inner.length) / stretches),
      Math.floor(((i + 1) * inner.length) / stretches),
    );
    return stretch.reduce((high, one) => (one.value > high.value ? one : high));
  });
  return [first, ...kept, last];
}

/** The stretches of a series between the moments that nobody knows of. */
export function unbroken(samples: readonly { at: number; value: number | null }[]): Sample[][] {
  const pieces: Sample[][] = [];
  let current: Sample[] | undefined;
  for (const { at, value } of samples) {
    if (value === null) current = undefined;
    else if (current) current.push({ at, value });
    else pieces.push((current = [{ at, value }]));
  }
  return pieces;
}

/** The next of 1, 2, 4, 5 times a power of ten that a scale can be halved at; at least 2. */
export function niceTop(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(2, value)));
  return Math.max(2, ([1, 2, 4, 5, 10].find((step) => step * power >= value) ?? 10) * power);
}

// What people on the whole are like: the background against which "like you" is weighed.
import { bytesOf } from '../kernel/base64';

export interface Background {
  /** Windows of many people, a few of each. */
  windows: readonly Float64Array[];
  /** Mean absolute deviation of a feature within one person. */
  scale: Float64Array;
  /** How well each feature tells people apart: spread between people over spread within, mean 1. */
  weights: Float64Array;
}

/** As it is committed: bytes in base64, one per feature and window. */
export interface QuantisedBackground {
  source: string;
  features: number;
  /** Byte b of feature f stands for low[f] + (b - 1) * step[f]; 0 for absent. */
  low: readonly number[];
  step: readonly number[];
  scale: readonly number[];
  weights: readonly number[];
  windows: string;
}

export function readBackground(data: QuantisedBackground): Background {
  const bytes = bytesOf(data.windows);
  const windows: Float64Array[] = [];
  for (let start = 0; start + data.features <= bytes.length; start += data.features) {
    windows.push(
      Float64Array.from({ length: data.features }, (_, f) => {
        const byte = bytes[start + f] as number;
        return byte === 0
          ? Number.NaN
          : (data.low[f] as number) + (byte - 1) * (data.step[f] as number);
      }),
    );
  }
  return {
    windows,
    scale: Float64Array.from(data.scale),
    weights: Float64Array.from(data.weights),
  };
}

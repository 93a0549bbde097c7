// The features of a session: what its windows were like on the whole, feature by feature, with words and units.
import { FEATURES, type FeatureModality } from '../kernel/behaviour-features';

export interface SessionFeature {
  name: string;
  unit: string;
  about: string;
  /** Windows that had it. */
  windows: number;
  mean: number;
  /** Standard deviation from window to window; null before the second. */
  deviation: number | null;
}

/**
 * Mean and deviation of each feature over the windows of a session, in the order of their declaration. What a window
 * lacks (NaN) is left out, and so is a feature that none had, or a window of another width than those of today.
 */
export function sessionFeatures(
  modality: FeatureModality,
  windows: readonly ArrayLike<number>[],
): SessionFeature[] {
  const features = FEATURES[modality];
  const whole = windows.filter(({ length }) => length === features.length);
  return features.flatMap(({ name, unit, about }, f) => {
    const values = whole.map((window) => window[f] as number).filter(Number.isFinite);
    if (values.length === 0) return [];
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    const squares = values.reduce((sum, x) => sum + (x - mean) ** 2, 0);
    const deviation = values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : null;
    return [{ name, unit, about, windows: values.length, mean, deviation }];
  });
}

// Why an action of the mouse is unlike the person, in words that the person understands.
import { MOUSE_FEATURES } from '../kernel/behaviour-features';

interface Usual {
  centre: readonly (number | null)[];
  scale: readonly (number | null)[];
}

/** Deviations from which a difference is worth a word. */
const NOTABLE = 1;
const MOST_REASONS = 2;
/** Log-odds of one action from which it is called like, or unlike, the person. */
const TELLING = 0.03;

/** E.g. "mouse movement unlike yours: slower than yours, less straight than yours". */
export function mouseInWords(usual: Usual, window: Float64Array, weight: number): string {
  if (weight <= -TELLING) return 'mouse movement like yours';
  const verdict = weight < TELLING ? 'not clearly yours' : 'unlike yours';
  const reasons = MOUSE_FEATURES.flatMap(({ above, below }, f) => {
    const z = ((window[f] as number) - (usual.centre[f] ?? Number.NaN)) / (usual.scale[f] ?? 1);
    const words = z > 0 ? above : below;
    return words && Math.abs(z) >= NOTABLE ? [{ size: Math.abs(z), words }] : [];
  })
    .sort((a, b) => b.size - a.size)
    .slice(0, MOST_REASONS)
    .map(({ words }) => words);
  return `mouse movement ${verdict}${reasons.length > 0 ? `: ${reasons.join(', ')}` : ''}`;
}

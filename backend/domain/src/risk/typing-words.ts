// Why a window of typing is unlike the person, in words that the person understands.
import { KEYSTROKE_FEATURES, KEYSTROKE_MEASURES } from '../kernel/keystroke-features';

/** Mean absolute deviations from which a difference is worth a word. */
const NOTABLE = 1.5;
const MOST_REASONS = 2;
const MEASURES = KEYSTROKE_FEATURES.slice(0, KEYSTROKE_MEASURES);

/** What is usual for the person: of each measure the mean, and the mean absolute deviation from it. */
export interface Usual {
  centre: Float64Array;
  scale: Float64Array;
}

/** E.g. "typing unlike yours: keys held longer than you do, faster between keys". */
export function typingInWords(usual: Usual, window: Float64Array, weight: number): string {
  if (weight <= -0.1) return 'typing like yours';
  const reasons = differences(usual, window);
  const verdict = weight < 0.4 ? 'not clearly yours' : 'unlike yours';
  return `typing ${verdict}${reasons.length > 0 ? `: ${reasons.join(', ')}` : ''}`;
}

/** The largest differences, of different families of measures. */
function differences({ centre, scale }: Usual, window: Float64Array): string[] {
  const found: { size: number; words: string; family: string }[] = [];
  MEASURES.forEach(({ name, above, below }, f) => {
    const z = ((window[f] as number) - (centre[f] as number)) / Math.max(scale[f] as number, 1e-6);
    const words = z > 0 ? above : below;
    if (!words || !(Math.abs(z) >= NOTABLE)) return;
    found.push({ size: Math.abs(z), words, family: name.split('_', 1)[0] as string });
  });
  found.sort((a, b) => b.size - a.size);
  const reasons: string[] = [];
  const families = new Set<string>();
  for (const { words, family } of found) {
    if (families.has(family)) continue;
    families.add(family);
    reasons.push(words);
    if (reasons.length === MOST_REASONS) break;
  }
  return reasons;
}

// Why a window is unlike the person, in words that the person understands.
import { FEATURES, type FeatureModality } from '../kernel/behaviour-features';

interface Usual {
  modality: FeatureModality;
  manhattan: { centre: (number | null)[]; scale: (number | null)[]; weights: number[] | null };
}

const SUBJECT: Record<FeatureModality, string> = { keystroke: 'typing', mouse: 'mouse movement' };
/** Mean absolute deviations from which a difference is worth a word. */
const NOTABLE = 1.5;
const MOST_REASONS = 2;

/** E.g. "typing unlike yours: keys held longer than you do, faster between keys". */
export function inWords(usual: Usual, window: Float64Array, weight: number): string {
  const subject = SUBJECT[usual.modality];
  if (weight <= -0.1) return `${subject} like yours`;
  const reasons = differences(usual, window);
  const verdict = weight < 0.4 ? 'not clearly yours' : 'unlike yours';
  return `${subject} ${verdict}${reasons.length > 0 ? `: ${reasons.join(', ')}` : ''}`;
}

function differences({ modality, manhattan }: Usual, window: Float64Array): string[] {
  const found: { size: number; words: string; family: string }[] = [];
  FEATURES[modality].forEach((feature, f) => {
    const z =
      ((window[f] as number) - (manhattan.centre[f] ?? Number.NaN)) /
      Math.max(manhattan.scale[f] ?? Number.NaN, 1e-6);
    const words = z > 0 ? feature.above : feature.below;
    if (!words || !(Math.abs(z) >= NOTABLE)) return;
    const size = Math.min(Math.abs(z), 6) * (manhattan.weights?.[f] ?? 1);
    found.push({ size, words, family: feature.name.split('_', 1)[0] as string });
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

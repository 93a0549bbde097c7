// Why a repetition of a fixed text is unlike the person, in words that the person understands.
import { PHRASE_FEATURES, PHRASE_KINDS } from '../kernel/phrase-features';
import { kindOfFeature, type ReadyTemplate } from './phrase-template';

/** Mean deviation of a kind from which it is worth a word. */
const NOTABLE = 1;
const MOST_REASONS = 2;
/** One wild timing must not choose the words. */
const CAP = 6;

/** E.g. "the way you type this text unlike yours: slower than you type this text". */
export function phraseInWords(
  { keys, centre, inverse }: ReadyTemplate,
  features: Float64Array,
  weight: number,
): string {
  if (weight <= -0.1) return 'this text typed like you do';
  const sums = [0, 0, 0];
  const counts = [0, 0, 0];
  for (let f = 0; f < centre.length; f++) {
    const kind = kindOfFeature(f, keys);
    const z = ((features[f] as number) - (centre[f] as number)) * (inverse[f] as number);
    sums[kind] = (sums[kind] as number) + Math.max(-CAP, Math.min(CAP, z));
    counts[kind] = (counts[kind] as number) + 1;
  }
  // Gaps and steps say the same to a person: the larger one is named.
  const reasons = PHRASE_KINDS.map((kind, k) => ({
    kind,
    mean: (sums[k] as number) / (counts[k] as number),
  }))
    .filter(({ mean }) => Math.abs(mean) >= NOTABLE)
    .sort((a, b) => Math.abs(b.mean) - Math.abs(a.mean))
    .filter(
      ({ kind }, place, all) =>
        kind === 'hold' || all.findIndex((other) => other.kind !== 'hold') === place,
    )
    .slice(0, MOST_REASONS)
    .map(({ kind, mean }) => PHRASE_FEATURES[kind][mean > 0 ? 'above' : 'below']);
  const verdict = weight < 0.4 ? 'not clearly as you do' : 'not as you do';
  const why = reasons.length > 0 ? reasons.join(', ') : 'another rhythm than yours';
  return `this text typed ${verdict}: ${why}`;
}

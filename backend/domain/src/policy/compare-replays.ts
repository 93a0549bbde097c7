// The same session under two policies: which way it differs, and how telling the difference is.
import { EFFECTS, type Effect, type PolicyDraft } from '@verity/protocol/policy/schemas';
import type { Difference } from '@verity/protocol/policy/runs';
import type { Hit, Replayed } from './replay';

export interface Compared {
  today: Replayed;
  draft: Replayed;
  difference: Difference;
  /** The draft ends it for want of a proof that was never asked for: the person might have given it. */
  assumesNoProof: boolean;
  /** Orders what a reader must see first; higher is earlier. */
  rank: number;
}

const strictness = (effect: Effect): number => EFFECTS.indexOf(effect);

export function compareReplays(today: Replayed, draft: Replayed, policy: PolicyDraft): Compared {
  const difference = differenceOf(today, draft);
  const worst = Math.max(strictness(today.strictest), strictness(draft.strictest));
  const score = Math.max(
    ...[today, draft].flatMap(({ firstChallenge, termination }) =>
      [firstChallenge, termination].map((hit) => hit?.score ?? 0),
    ),
  );
  return {
    today,
    draft,
    difference,
    assumesNoProof: assumesNoProof(today, draft, policy),
    // Differences before agreement, what ends before what asks, and the riskier first.
    rank: (difference === 'none' ? 0 : 1_000_000) + worst * 1_000 + score,
  };
}

function differenceOf(today: Replayed, draft: Replayed): Difference {
  const stricter =
    strictness(draft.strictest) - strictness(today.strictest) ||
    draft.challenges - today.challenges ||
    // Earlier is stricter.
    earlier(today.termination, draft.termination) ||
    earlier(today.firstChallenge, draft.firstChallenge);
  if (stricter !== 0) return stricter > 0 ? 'stricter' : 'milder';
  const same =
    today.firstChallenge?.ruleId === draft.firstChallenge?.ruleId &&
    today.termination?.ruleId === draft.termination?.ruleId;
  return same ? 'none' : 'other_rule';
}

const earlier = (a: Hit | null, b: Hit | null): number => (a && b ? a.at - b.at : 0);

function assumesNoProof(today: Replayed, draft: Replayed, { rules }: PolicyDraft): boolean {
  const { termination } = draft;
  if (!termination) return false;
  const rule = rules.find(({ id }) => id === termination.ruleId);
  if (rule?.when.challenged_for_seconds === undefined) return false;
  return !today.firstChallenge || today.firstChallenge.at > termination.at;
}

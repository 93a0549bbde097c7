// What changed from one version of the policy to the next, a line per rule.
import type { z } from 'zod';
import type { PolicyChange, PolicyDraft } from '@verity/protocol/policy/schemas';
import { hysteresisInWords, resourceInWords, ruleInWords } from '@verity/protocol/policy/words';

export type PolicyChangeLine = z.infer<typeof PolicyChange>;

/** Removed, added and changed rules, and those that moved among the rules of both; what is no rule as `hysteresis` and `resource:{id}`. */
export function diffPolicies(before: PolicyDraft, after: PolicyDraft): PolicyChangeLine[] {
  const old = new Map(before.rules.map((rule) => [rule.id, rule]));
  const now = new Map(after.rules.map((rule) => [rule.id, rule]));
  const changes: PolicyChangeLine[] = [];
  for (const rule of before.rules) {
    if (!now.has(rule.id)) {
      changes.push({ rule_id: rule.id, kind: 'removed', before: ruleInWords(rule) });
    }
  }
  const moved = movedRules(
    before.rules.map(({ id }) => id).filter((id) => now.has(id)),
    after.rules.map(({ id }) => id).filter((id) => old.has(id)),
  );
  after.rules.forEach((rule, place) => {
    const was = old.get(rule.id);
    const words = ruleInWords(rule);
    if (!was) {
      changes.push({ rule_id: rule.id, kind: 'added', after: words });
      return;
    }
    if (ruleInWords(was) !== words) {
      changes.push({ rule_id: rule.id, kind: 'changed', before: ruleInWords(was), after: words });
    }
    if (moved.has(rule.id)) {
      changes.push({
        rule_id: rule.id,
        kind: 'moved',
        before: `rule ${before.rules.indexOf(was) + 1}`,
        after: `rule ${place + 1}`,
      });
    }
  });
  const [from, to] = [hysteresisInWords(before.hysteresis), hysteresisInWords(after.hysteresis)];
  if (from !== to)
    changes.push({ rule_id: 'hysteresis', kind: 'changed', before: from, after: to });
  return [...changes, ...diffResources(before, after)];
}

function diffResources(before: PolicyDraft, after: PolicyDraft): PolicyChangeLine[] {
  const old = new Map(before.resources.map((one) => [one.id, resourceInWords(one)]));
  const now = new Map(after.resources.map((one) => [one.id, resourceInWords(one)]));
  const changes: PolicyChangeLine[] = [];
  for (const id of new Set([...old.keys(), ...now.keys()])) {
    const [was, is] = [old.get(id), now.get(id)];
    const rule_id = `resource:${id}`;
    if (was === undefined) changes.push({ rule_id, kind: 'added', after: is });
    else if (is === undefined) changes.push({ rule_id, kind: 'removed', before: was });
    else if (was !== is) changes.push({ rule_id, kind: 'changed', before: was, after: is });
  }
  return changes;
}

/** The fewest rules that must move to turn one order into the other: all but a longest common subsequence. */
function movedRules(before: readonly string[], after: readonly string[]): Set<string> {
  const place = new Map(before.map((id, i) => [id, i]));
  const places = after.map((id) => place.get(id) as number);
  const length = places.map(() => 1);
  const from = places.map(() => -1);
  let end = -1;
  for (let i = 0; i < places.length; i++) {
    for (let j = 0; j < i; j++) {
      if (
        (places[j] as number) < (places[i] as number) &&
        (length[j] as number) >= (length[i] as number)
      ) {
        length[i] = (length[j] as number) + 1;
        from[i] = j;
      }
    }
    if (end < 0 || (length[i] as number) > (length[end] as number)) end = i;
  }
  const stayed = new Set<string>();
  for (let i = end; i >= 0; i = from[i] as number) stayed.add(after[i] as string);
  return new Set(after.filter((id) => !stayed.has(id)));
}

// Puts the changes of a draft on top of another version: whatever only one side changed is taken from that side.
import type { PolicyDraft } from '../../core/wire';

export interface Rebased {
  draft: PolicyDraft;
  /** Ids that both sides changed otherwise; the draft's are kept. */
  clashes: string[];
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

export function rebase(base: PolicyDraft, mine: PolicyDraft, theirs: PolicyDraft): Rebased {
  const rules = merge(base.rules, mine.rules, theirs.rules);
  const resources = merge(base.resources, mine.resources, theirs.resources);
  const mineChanged = !same(base.hysteresis, mine.hysteresis);
  const bothChanged =
    mineChanged &&
    !same(base.hysteresis, theirs.hysteresis) &&
    !same(mine.hysteresis, theirs.hysteresis);
  return {
    draft: {
      rules: rules.items,
      resources: resources.items,
      hysteresis: mineChanged ? mine.hysteresis : theirs.hysteresis,
    },
    clashes: [...rules.clashes, ...resources.clashes, ...(bothChanged ? ['hysteresis'] : [])],
  };
}

/** In the order of mine when mine has another order than the base, else in that of theirs. */
function merge<T extends { id: string }>(
  base: readonly T[],
  mine: readonly T[],
  theirs: readonly T[],
): { items: T[]; clashes: string[] } {
  const [was, ours, others] = [byId(base), byId(mine), byId(theirs)];
  const clashes: string[] = [];
  const chosen = new Map<string, T>();
  for (const id of new Set([...ours.keys(), ...others.keys()])) {
    const [before, own, other] = [was.get(id), ours.get(id), others.get(id)];
    const ownChanged = !same(before, own);
    if (ownChanged && !same(before, other) && !same(own, other)) clashes.push(id);
    const item = ownChanged ? own : other;
    if (item) chosen.set(id, item);
  }
  const reordered = !same(orderOf(base, ours), orderOf(mine, was));
  const [first, second] = reordered ? [mine, theirs] : [theirs, mine];
  return { items: interleave(first, second, chosen), clashes };
}

const byId = <T extends { id: string }>(items: readonly T[]) =>
  new Map(items.map((item) => [item.id, item]));

const orderOf = (items: readonly { id: string }[], among: ReadonlyMap<string, unknown>) =>
  items.map(({ id }) => id).filter((id) => among.has(id));

/** The order of `first`; what only `second` has goes behind what stands before it there. */
function interleave<T extends { id: string }>(
  first: readonly T[],
  second: readonly T[],
  chosen: ReadonlyMap<string, T>,
): T[] {
  const order = first.map(({ id }) => id);
  second.forEach(({ id }, at) => {
    if (order.includes(id)) return;
    const before = second[at - 1];
    order.splice(before ? order.indexOf(before.id) + 1 : 0, 0, id);
  });
  return order.flatMap((id) => chosen.get(id) ?? []);
}

// Decisions about requests that are worth a record: what was refused, and what report-only rules told. One a minute of a kind.
import type { NewId } from '@verity/domain/kernel/ports';
import type { Outcomes } from '@verity/domain/policy/outcome-ports';
import { outcomeOfRequest } from '@verity/domain/policy/outcomes';
import type { DecisionRecord, Decisions } from '@verity/domain/policy/ports';

const SAME_MS = 60_000;
/** Kinds that are remembered, and records that wait for the store, at most. */
const MOST = { kinds: 20_000, waiting: 5_000 };

export type RequestNotes = ReturnType<typeof requestNotes>;

export function requestNotes(needs: {
  decisions: Pick<Decisions, 'add'>;
  outcomes: Pick<Outcomes, 'begin'>;
  newId: NewId;
}) {
  const notedAt = new Map<string, number>();
  let waiting: DecisionRecord[] = [];

  return {
    note(decision: Omit<DecisionRecord, 'id'>): void {
      const { session_id, resource, effect, rule_id, policy_version, would } = decision;
      const told = would.map((one) => `${one.policy_version} ${one.rule_id}`).join();
      const kind = [session_id, resource, effect, rule_id, policy_version, told].join('|');
      const at = decision.at.getTime();
      if (at - (notedAt.get(kind) ?? -Infinity) < SAME_MS) return;
      if (notedAt.size >= MOST.kinds) notedAt.clear();
      notedAt.set(kind, at);
      if (waiting.length < MOST.waiting) waiting.push({ ...decision, id: needs.newId<string>() });
    },

    /** What could not be stored waits for the next time. */
    async flush(): Promise<void> {
      if (waiting.length === 0) return;
      const batch = waiting;
      waiting = [];
      try {
        await needs.decisions.add(batch);
        // A request that is refused challenges its session, unless a challenge stands already.
        for (const decision of batch) {
          const begins = outcomeOfRequest(decision);
          if (begins) await needs.outcomes.begin(begins, { unlessOpen: true });
        }
      } catch (error) {
        waiting = [...batch, ...waiting].slice(0, MOST.waiting);
        throw error;
      }
    },
  };
}

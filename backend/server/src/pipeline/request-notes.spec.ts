// Specs of what is kept of decisions about requests.
import { expect, it } from 'vitest';
import { newId } from '@verity/adapters/world';
import type { DecisionRecord } from '@verity/domain/policy/ports';
import type { SessionId, UserId } from '@verity/protocol/ids';
import { requestNotes } from './request-notes';

const session_id = newId<SessionId>();
const decision = (seconds: number, part: Partial<DecisionRecord> = {}) => ({
  session_id,
  user_id: newId<UserId>(),
  effect: 'step_up' as const,
  previous_effect: 'step_up' as const,
  rule_id: 'ask',
  rule_name: 'Ask',
  rule_condition: 'always',
  would: [],
  resource: 'books',
  policy_version: 1,
  risk_score: 40,
  band: 'medium' as const,
  reasons: [],
  at: new Date(seconds * 1000),
  ...part,
});

it('keeps one of a kind a minute, and what fails waits', async () => {
  const stored: DecisionRecord[] = [];
  const begun = new Set<string>();
  let away = true;
  const notes = requestNotes({
    decisions: {
      add: async (some) => {
        if (away) throw new Error('away');
        stored.push(...some);
      },
    },
    outcomes: { begin: async ({ id }) => void begun.add(id) },
    newId,
  });
  notes.note(decision(0));
  notes.note(decision(59));
  notes.note(decision(30, { resource: 'mail' }));
  await expect(notes.flush()).rejects.toThrow('away');
  notes.note(decision(61));
  away = false;
  await notes.flush();
  expect(stored.map(({ at, resource }) => `${at.getTime() / 1000} ${resource}`)).toEqual([
    '0 books',
    '30 mail',
    '61 books',
  ]);
  // Each refused request may begin a challenge, under the id of its decision.
  expect([...begun]).toEqual(stored.map(({ id }) => id));
});

// The routes of outcomes and settings over a real MongoDB.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mongoRepositories, type Repositories } from '@verity/adapters/mongo/repositories';
import { scratchDatabase, type ScratchDatabase } from '@verity/adapters/mongo/scratch';
import { newId, systemClock } from '@verity/adapters/world';
import { DEFAULT_POLICY } from '@verity/domain/policy/default-policy';
import { DEFAULT_SETTINGS } from '@verity/protocol/policy/health';
import type { DecisionId, SessionId, UserId } from '@verity/protocol/ids';
import { policyEffectHandlers } from './policy-effect';
import { callByAdmin, listening } from './scratch-call';

let database: ScratchDatabase;
let stores: Repositories;
beforeAll(async () => {
  database = await scratchDatabase();
  stores = mongoRepositories(database.connection, { clock: systemClock });
  await stores.policies.seed(DEFAULT_POLICY, new Date());
});
afterAll(() => database.drop());

const nothing = { params: undefined, query: undefined, body: undefined };

function desk() {
  const heard = listening();
  const handlers = policyEffectHandlers({ ...heard, ...stores, clock: systemClock });
  return { heard, handlers };
}

const textOf = async (reply: string | AsyncIterable<string>): Promise<string> => {
  if (typeof reply === 'string') return reply;
  let text = '';
  for await (const piece of reply) text += piece;
  return text;
};

describe('effectiveness', () => {
  it('is honest when nothing has happened, and counts what has', async () => {
    const { handlers } = desk();
    const read = () =>
      handlers['GET /api/v1/policies/effectiveness'](
        { ...nothing, query: { days: 7 } },
        callByAdmin().call,
      );
    expect(await read()).toMatchObject({ sessions: 0, total: { challenges: 0, friction: null } });
    await stores.outcomes.begin({
      id: newId<DecisionId>(),
      kind: 'challenge',
      session_id: newId<SessionId>(),
      user_id: newId<UserId>(),
      rule_id: 'high-step-up',
      rule_name: '=HYPERLINK("x")',
      policy_version: 1,
      effect: 'step_up',
      risk_score: 70,
      resource: null,
      at: new Date().toISOString(),
      outcome: 'open',
      settled_at: null,
      wrong_proofs: 0,
      said: null,
      seconds_to_stop: null,
    });
    expect(await read()).toMatchObject({
      total: { challenges: 1, open: 1, true_challenges: { of: 0, share: null } },
      rules: [{ rule_id: 'high-step-up' }],
    });
    const text = await textOf(
      (await handlers['GET /api/v1/policies/effectiveness/export'](
        { ...nothing, query: { days: 7 } },
        callByAdmin().call,
      )) as string,
    );
    const lines = text.trim().split('\r\n');
    expect(lines).toHaveLength(1 + 1 + 1 + 1 + 7);
    // Nothing of it is run as a formula.
    expect(text).toContain(`"'=HYPERLINK`);
    const cells = lines.map((line) => line.split(',').length);
    expect(new Set(cells.filter((_, at) => at !== 2)).size).toBe(1);
  });
});

describe('settings', () => {
  it('are changed on record', async () => {
    const { handlers, heard } = desk();
    const body = { ...DEFAULT_SETTINGS, friction_budget: 10 };
    expect(
      await handlers['PUT /api/v1/policies/settings']({ ...nothing, body }, callByAdmin().call),
    ).toEqual(body);
    expect(heard.recorded).toMatchObject([
      {
        action: 'policy.settings_changed',
        details: { before: { friction_budget: 50 }, after: { friction_budget: 10 } },
      },
    ]);
  });
});

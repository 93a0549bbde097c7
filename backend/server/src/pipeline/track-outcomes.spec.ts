// Outcomes from audit records, over a real MongoDB.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { mongoRepositories, type Repositories } from '@verity/adapters/mongo/repositories';
import { scratchDatabase, type ScratchDatabase } from '@verity/adapters/mongo/scratch';
import { newId } from '@verity/adapters/world';
import { trackOutcomes } from '@verity/domain/policy/outcomes';
import type { Action, AuditRecord } from '@verity/protocol/audit/schemas';
import type { AuditRecordId, DecisionId, SessionId, UserId } from '@verity/protocol/ids';
import { outcomeTools } from './outcome-tools';

const DAY_MS = 86_400_000;
const never = new AbortController().signal;
const start = Date.parse('2096-03-10T00:00:00.000Z');

let database: ScratchDatabase;
let stores: Repositories;
beforeEach(async () => {
  database = await scratchDatabase();
  const kept = { riskDays: 36_500, decisionDays: 36_500 };
  stores = mongoRepositories(database.connection, { clock: () => new Date(start), ...kept });
});
afterEach(() => database.drop());

const aRecord = (
  session: SessionId,
  action: Action,
  second: number,
  details: Record<string, unknown> = {},
): AuditRecord => ({
  id: newId<AuditRecordId>(),
  at: new Date(start + second * 1000).toISOString(),
  actor: 'system:policy',
  action,
  subject: `session:${session}`,
  outcome: 'success',
  address: null,
  details,
});
const decision = (session: SessionId, second: number, from: string, to: string) =>
  aRecord(session, 'session.decision', second, {
    decision: newId<DecisionId>(),
    user: `user:${newId<UserId>()}`,
    change: from === to ? 'band' : 'effect',
    effect: to,
    previous_effect: from,
    rule_id: 'high-step-up',
    rule_name: 'High',
    policy_version: 1,
    risk_score: 70,
  });
const outcomesOf = async (records: AuditRecord[]) => {
  const tracker = outcomeTools(stores);
  await trackOutcomes(records, tracker, never);
  // Delivered again: nothing changes.
  await trackOutcomes(records, tracker, never);
  const period = { from: new Date(start - 1), to: new Date(start + DAY_MS) };
  return (await stores.outcomes.list(period, { limit: 50 })).items;
};

it('follow the challenge to the proof, to the easing and to the end', async () => {
  const [passed, eased, ended, left] = [1, 2, 3, 4].map(() => newId<SessionId>()) as [
    SessionId,
    SessionId,
    SessionId,
    SessionId,
  ];
  const outcomes = await outcomesOf([
    decision(passed, 0, 'allow', 'step_up'),
    decision(passed, 1, 'step_up', 'step_up'),
    aRecord(passed, 'auth.step_up_failed', 2),
    aRecord(passed, 'auth.step_up', 3),
    decision(passed, 4, 'step_up', 'allow'),
    decision(eased, 0, 'allow', 'restrict'),
    decision(eased, 90, 'restrict', 'allow'),
    decision(ended, 0, 'allow', 'step_up'),
    decision(ended, 10, 'step_up', 'terminate'),
    aRecord(ended, 'session.terminated', 11),
    decision(left, 0, 'allow', 'step_up'),
    aRecord(left, 'auth.logout', 30),
  ]);
  const seen = (session: SessionId) =>
    outcomes
      .filter(({ session_id }) => session_id === session)
      .map(({ kind, outcome, wrong_proofs }) => `${kind} ${outcome} ${wrong_proofs}`)
      .sort();
  expect(seen(passed)).toEqual(['challenge passed 1']);
  expect(seen(eased)).toEqual(['challenge eased 0']);
  expect(seen(ended)).toEqual(['challenge terminated 0', 'termination terminated 0']);
  expect(seen(left)).toEqual(['challenge abandoned 0']);
});

it('know how long a stranger had from the first high score on', async () => {
  const session = newId<SessionId>();
  await stores.decisions.add([
    {
      id: newId(),
      session_id: session,
      user_id: newId<UserId>(),
      effect: 'step_up',
      previous_effect: 'allow',
      rule_id: 'high-step-up',
      rule_name: 'High',
      rule_condition: '',
      policy_version: 1,
      risk_score: 65,
      band: 'high',
      reasons: [],
      would: [],
      resource: null,
      at: new Date(start + 1000),
    },
  ]);
  const [end] = await outcomesOf([
    decision(session, 15, 'allow', 'terminate'),
    aRecord(session, 'session.terminated', 16),
  ]);
  expect(end).toMatchObject({ kind: 'termination', seconds_to_stop: 15 });
});

it('hear what people say: an appeal granted, and "this was not me"', async () => {
  const [owner, stranger] = [newId<SessionId>(), newId<SessionId>()];
  const first = decision(owner, 0, 'allow', 'terminate');
  const outcomes = await outcomesOf([
    first,
    decision(stranger, 0, 'allow', 'step_up'),
    aRecord(stranger, 'auth.step_up', 5),
    {
      ...aRecord(owner, 'petition.answered', 60, {
        outcome: 'overturned',
        session: owner,
        decision: first.details['decision'],
      }),
      subject: 'petition:1',
    },
    aRecord(stranger, 'verdict.given', 61, { verdict: 'not_me' }),
  ]);
  expect(Object.fromEntries(outcomes.map((one) => [one.session_id, one.said]))).toEqual({
    [owner]: 'owner',
    [stranger]: 'stranger',
  });
});

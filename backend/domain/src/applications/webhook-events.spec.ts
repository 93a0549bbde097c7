// What a decision tells an application.
import { describe, expect, it } from 'vitest';
import { DecisionMessage } from '@verity/protocol/policy/messages';
import { eventsOfDecision } from './webhook-events';

const decision = (band: string, before: { previous_band?: string | null }, changes = {}) =>
  DecisionMessage.parse({
    kind: 'policy',
    change: 'policy',
    session_id: '01960000-0000-7000-8000-000000000001',
    user_id: '01960000-0000-7000-8000-000000000002',
    effect: 'allow',
    previous_effect: 'allow',
    rule_id: 'otherwise-allow',
    rule_name: 'Everything else is allowed',
    policy_version: 1,
    risk_score: 45,
    band,
    reasons: [],
    notify: [],
    at: '2026-01-01T00:00:00.000Z',
    ...before,
    ...changes,
  });
const bands = (band: string, before: { previous_band?: string | null }) =>
  eventsOfDecision('m-1', decision(band, before)).map(({ kind, data }) => [
    kind,
    data.previous_band,
    data.band,
  ]);

describe('the band of a score', () => {
  it('is told when it changes, with the one before', () => {
    expect(bands('high', { previous_band: 'low' })).toEqual([
      ['session.risk_band_changed', 'low', 'high'],
    ]);
    expect(bands('low', { previous_band: 'high' })).toHaveLength(1);
    expect(bands('high', { previous_band: 'high' })).toEqual([]);
  });

  it('is told of a first score that is not low, from no band', () => {
    expect(bands('medium', { previous_band: null })).toEqual([
      ['session.risk_band_changed', null, 'medium'],
    ]);
    expect(bands('low', { previous_band: null })).toEqual([]);
  });

  it('is not told by a decision that says nothing of the band before', () => {
    expect(bands('high', {})).toEqual([]);
  });
});

it('tells a challenge beside the first band, each with an id of its own', () => {
  const events = eventsOfDecision(
    'm-1',
    decision('high', { previous_band: null }, { change: 'effect', effect: 'step_up' }),
  );
  expect(events.map(({ id, kind }) => [id, kind])).toEqual([
    ['m-1.band', 'session.risk_band_changed'],
    ['m-1', 'session.step_up'],
  ]);
});

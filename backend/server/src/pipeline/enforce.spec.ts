// What enforcement makes of a decision and the rights that a session has by then.
import { describe, expect, it } from 'vitest';
import type { Effect } from '@verity/protocol/policy/schemas';
import type { SessionState } from '@verity/protocol/identity/schemas';
import { dueEffect, reasonOf } from './enforce';

const AT = '2026-01-01T12:00:00.000Z';
const due = (
  [previous_effect, effect]: [Effect, Effect],
  state: SessionState | null,
  stepUpAt: number | null = null,
) => dueEffect({ effect, previous_effect, at: AT }, state && { state, stepUpAt });

describe('dueEffect', () => {
  it('carries out every change of effect', () => {
    expect(due(['allow', 'step_up'], 'active')).toBe('step_up');
    expect(due(['step_up', 'restrict'], 'step_up')).toBe('restrict');
    expect(due(['restrict', 'terminate'], 'restricted')).toBe('terminate');
    expect(due(['step_up', 'allow'], 'step_up')).toBe('allow');
  });

  it('does nothing twice', () => {
    expect(due(['allow', 'step_up'], 'step_up')).toBeNull();
    expect(due(['step_up', 'allow'], 'active')).toBeNull();
    expect(due(['allow', 'step_up'], null)).toBeNull();
  });

  it('repairs a session that has more rights than was decided', () => {
    expect(due(['step_up', 'step_up'], 'active')).toBe('step_up');
  });

  it('leaves what an admin asked for alone while the policy only confirms itself', () => {
    expect(due(['allow', 'allow'], 'step_up')).toBeNull();
    expect(due(['allow', 'allow'], 'restricted')).toBeNull();
  });

  it('does not challenge again who has proved it since the decision, but ends what must end', () => {
    const later = Date.parse(AT) + 1;
    expect(due(['allow', 'step_up'], 'active', later)).toBeNull();
    expect(due(['allow', 'terminate'], 'active', later)).toBe('terminate');
  });

  it('finishes a termination that was begun', () => {
    expect(due(['allow', 'terminate'], null)).toBe('terminate');
  });
});

describe('reasonOf', () => {
  it('says in words what happened and why', () => {
    const decision = {
      effect: 'step_up',
      risk_score: 71.6,
      reasons: ['typing rhythm unlike yours', 'a new device'],
      rule_name: 'A high score asks for proof',
    } as Parameters<typeof reasonOf>[0];
    expect(reasonOf(decision)).toBe(
      'Please prove again that it is you: risk 72 of 100 (typing rhythm unlike yours; a new device).',
    );
  });
});

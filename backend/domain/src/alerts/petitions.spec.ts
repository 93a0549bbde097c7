// Petitions: one open question of a kind, no flood, answers that suit the question and come from somebody else.
import { describe, expect, it } from 'vitest';
import {
  PetitionKind,
  PetitionOutcome,
  type Petition,
} from '@verity/protocol/alerts/petition-schemas';
import { MOST_A_DAY, mustNotFlood, mustSuit, noLongerOpen, sayAnswer, targetOf } from './petitions';

const petition = (changes: Partial<Petition> = {}): Petition =>
  ({
    kind: 'appeal',
    user_id: 'ann',
    decision_id: null,
    alert_id: null,
    session_id: null,
    status: 'open',
    about: 'Your session was ended',
    answer: null,
    ...changes,
  }) as Petition;

describe('the target of a petition', () => {
  it('is its decision, else its alert, else its session; of a baseline the person', () => {
    const whole = { decision_id: 'd', alert_id: 'a', session_id: 's' } as Partial<Petition>;
    expect(targetOf(petition(whole))).toBe('decision:d');
    expect(targetOf(petition({ ...whole, decision_id: null }))).toBe('alert:a');
    expect(targetOf(petition({ session_id: 's' as never }))).toBe('session:s');
    expect(targetOf(petition({ ...whole, kind: 'baseline' }))).toBe('baseline:ann');
  });
});

describe('a person', () => {
  it('asks ten times a day and no more', () => {
    expect(() => mustNotFlood(MOST_A_DAY - 1)).not.toThrow();
    expect(() => mustNotFlood(MOST_A_DAY)).toThrow(
      expect.objectContaining({ code: 'too-fast', retryAfterSeconds: 3_600 }) as Error,
    );
  });
});

describe('an answer', () => {
  const fits = (kind: Petition['kind'], outcome: Parameters<typeof mustSuit>[1]): boolean => {
    try {
      mustSuit(petition({ kind }), outcome, 'bea');
      return true;
    } catch (error) {
      expect(error).toMatchObject({ code: 'invalid-input', issues: [{ path: '/outcome' }] });
      return false;
    }
  };

  it('suits its question, whatever kind and outcome are brought together', () => {
    const suiting = PetitionKind.options.map((kind) => [
      kind,
      PetitionOutcome.options.filter((outcome) => fits(kind, outcome)),
    ]);
    expect(Object.fromEntries(suiting)).toEqual({
      appeal: ['upheld', 'overturned'],
      baseline: ['approved', 'refused'],
    });
  });

  it('that does not suit is refused in a sentence that reads well', () => {
    expect(() => mustSuit(petition({ kind: 'baseline' }), 'upheld', 'bea')).toThrow(
      'A baseline cannot be upheld.',
    );
    expect(() => mustSuit(petition(), 'approved', 'bea')).toThrow('An appeal cannot be approved.');
  });

  it('comes from somebody else than who asked', () => {
    expect(() => mustSuit(petition(), 'upheld', 'ann')).toThrow(
      expect.objectContaining({ code: 'not-allowed' }) as Error,
    );
  });

  it('comes once', () => {
    expect(() => noLongerOpen(petition({ status: 'withdrawn' }))).toThrow(
      expect.objectContaining({
        code: 'conflict',
        message: 'It is withdrawn already.',
      }) as Error,
    );
  });

  it('is told in words that say which way it went', () => {
    expect(sayAnswer(petition({ status: 'overturned', answer: 'You were right.' }))).toEqual({
      title: 'Your appeal was right',
      body: 'Your session was ended. You were right.',
    });
    expect(sayAnswer(petition({ status: 'upheld' }))).toEqual({
      title: 'Your appeal was looked at: the decision stands',
      body: 'Your session was ended.',
    });
    const sentence = petition({ status: 'upheld', about: 'The session: It was ended.' });
    expect(sayAnswer(sentence).body).toBe('The session: It was ended.');
    const baseline = petition({ kind: 'baseline', answer: 'For two weeks.' });
    expect(sayAnswer({ ...baseline, status: 'approved' }).title).toContain('has begun');
    expect(sayAnswer({ ...baseline, status: 'refused' })).toEqual({
      title: 'Your temporary baseline was refused',
      body: 'For two weeks.',
    });
  });
});

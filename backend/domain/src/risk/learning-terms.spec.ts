// The terms of learning: which model holds when, and what may teach.
import { describe, expect, it } from 'vitest';
import type { PetitionId, SessionId, UserId } from '@verity/protocol/ids';
import { mayBeLearnt, trackAt, usualTerms, weakens } from './learning-terms';

const usual = usualTerms('u' as UserId);
const day = (n: number): Date => new Date(Date.UTC(2026, 2, n));
const session = 's' as SessionId;

describe('the terms of learning', () => {
  it('have a temporary baseline begin at its moment and end by itself', () => {
    const temporary = { petitionId: 'p' as PetitionId, from: day(2), until: day(5) };
    const tracks = [1, 2, 4, 5].map((n) => trackAt({ temporary }, day(n)));
    expect(tracks).toEqual(['standing', 'temporary', 'temporary', 'standing']);
    expect(weakens({ ...usual, temporary }, day(3))).toHaveLength(1);
    expect(weakens({ ...usual, temporary }, day(6))).toEqual([]);
  });

  it('let nothing teach that was erased, or that was somebody else', () => {
    const window = (n: number) => ({ at: day(n), sessionId: session });
    expect(mayBeLearnt(usual, window(1))).toBe(true);
    expect(mayBeLearnt({ ...usual, erasedAt: day(2) }, window(2))).toBe(false);
    expect(mayBeLearnt({ ...usual, erasedAt: day(2) }, window(3))).toBe(true);
    expect(mayBeLearnt({ ...usual, disowned: [session] }, window(3))).toBe(false);
  });

  it('say of a household what it weakens', () => {
    expect(weakens({ ...usual, household: true }, day(1))[0]).toContain('two people');
    expect(weakens(usual, day(1))).toEqual([]);
  });
});

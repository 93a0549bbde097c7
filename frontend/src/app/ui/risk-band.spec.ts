// Specs of the risk scale as the client draws it.
import { describe, expect, it } from 'vitest';
import { bandOf } from './risk-band';

describe('bandOf', () => {
  it('begins each band at its floor', () => {
    expect([0, 29.99, 30, 59.9, 60, 79.9, 80, 100].map(bandOf)).toEqual([
      'low',
      'low',
      'medium',
      'medium',
      'high',
      'high',
      'critical',
      'critical',
    ]);
  });
});

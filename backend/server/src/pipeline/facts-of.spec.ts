// What the decision point is told of a session.
import { expect, it } from 'vitest';
import { PRIOR_SCORE } from '@verity/domain/risk/score';
import { factsOf } from './facts-of';

it('stands the prior for the score of a session that has none yet, as for its requests', () => {
  const rights = {
    role: 'user',
    groups: [],
    deviceTrusted: false,
    totpEnrolled: false,
    passkeyEnrolled: false,
    stepUpAt: null,
  } as const;
  expect(factsOf({ ...rights, groups: [] }, null)).toMatchObject({
    riskScore: PRIOR_SCORE,
    contributions: [],
  });
});

// The terms of learning over real stores, and what is told when a temporary baseline has run out.
import { createSessionState } from '@verity/adapters/redis/session-state';
import type { RedisConnections } from '@verity/adapters/redis/connect';
import type { Repositories } from '@verity/adapters/mongo/repositories';
import type { Journal } from '@verity/domain/audit/ports';
import type { Tell } from '@verity/domain/identity/notices';
import type { Cache } from '@verity/domain/kernel/cache-ports';
import type { Clock } from '@verity/domain/kernel/ports';
import { learning, type Learning } from '@verity/domain/risk/learning';
import type { LearningTerms } from '@verity/domain/risk/learning-terms';
import { dropCachedModels } from '../pipeline/models';

export function learningOver(ground: {
  stores: Pick<Repositories, 'terms' | 'behaviourWindows' | 'behaviourModels' | 'riskHistory'>;
  cache: Pick<Cache, 'drop'>;
  redis: Pick<RedisConnections, 'commands'>;
  clock: Clock;
}): Learning {
  const { stores, cache, clock } = ground;
  const state = createSessionState(ground.redis);
  return learning({
    terms: stores.terms,
    windows: stores.behaviourWindows,
    models: stores.behaviourModels,
    history: stores.riskHistory,
    dropCached: (user) => dropCachedModels(cache, user),
    dropSessionState: (sessions) => state.drop(sessions),
    clock,
  });
}

export const sayBaselineRanOut =
  ({ journal, tell }: { journal: Journal; tell: Tell }) =>
  async ({ userId, temporary }: LearningTerms): Promise<void> => {
    await journal.record({
      actor: 'system:learning',
      action: 'baseline.ended',
      subject: `user:${userId}`,
      outcome: 'success',
      address: null,
      details: { petition: temporary?.petitionId ?? null, reason: 'Its time was over.' },
    });
    await tell(userId, {
      kind: 'petition',
      title: 'Your temporary baseline has ended',
      body: 'Its time is over: your behaviour is compared with your standing model again.',
      link: '/privacy',
      session: null,
    });
  };

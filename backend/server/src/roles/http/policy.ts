// Wires the routes of policies, and of what became of them.
import { policyHandlers } from '../../routes/policy';
import { policyEffectHandlers } from '../../routes/policy-effect';
import { policyRunHandlers } from '../../routes/policy-runs';
import { lookAtPolicy } from '../policy-work';
import type { HttpGround } from './http-ground';

export const policyRoutes = (ground: HttpGround) => ({
  ...policyHandlers({
    ...ground,
    ...ground.stores,
    announcer: ground.herald,
    async onPolicyChanged() {
      await ground.policy.refresh();
      await lookAtPolicy(ground, ground.jobs);
    },
  }),
  ...policyEffectHandlers({ ...ground, ...ground.stores }),
  ...policyRunHandlers({
    ...ground,
    ...ground.stores,
    runJobs: {
      enqueue: ground.jobs.enqueuer.enqueue,
      find: ground.desk.find,
      cancel: (id, operator) => ground.desk.cancel(id, operator),
      standstill: () => ground.desk.standstill('policy_queue'),
    },
  }),
});

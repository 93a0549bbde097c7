// Wires the routes of policies, and of what became of them.
import { policyHandlers } from '../../routes/policy';
import { policyEffectHandlers } from '../../routes/policy-effect';
import type { HttpGround } from './http-ground';

export const policyRoutes = (ground: HttpGround) => ({
  ...policyHandlers({
    ...ground,
    ...ground.stores,
    announcer: ground.herald,
    onPolicyChanged: () => ground.policy.refresh(),
  }),
  ...policyEffectHandlers({ ...ground, ...ground.stores }),
});

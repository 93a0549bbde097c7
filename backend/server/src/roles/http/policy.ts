// Wires the routes of policies.
import { policyHandlers } from '../../routes/policy';
import type { HttpGround } from './http-ground';

export const policyRoutes = (ground: HttpGround) =>
  policyHandlers({
    ...ground,
    ...ground.stores,
    announcer: ground.herald,
    onPolicyChanged: () => ground.policy.refresh(),
  });

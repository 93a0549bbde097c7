// Wires the door that every route stands behind: who calls, what they may, and how often.
import { createAllowance } from '@verity/adapters/redis/rate-limit';
import type { AppPorts } from '../../http/ports';
import type { HttpGround } from './http-ground';

export const doorOver = (ground: HttpGround): Omit<AppPorts, 'handlers'> => ({
  verifyAccess: ground.verifyAccess,
  sessionRights: (id) => ground.life.rightsNow(id),
  verifyApiKey: (key) => ground.keyring.verify(key),
  decideRequest: ground.contexts.decideRequest,
  async terminate(rights, reason) {
    await ground.life.end(rights.id, { state: 'terminated', reason, by: 'system:policy' });
  },
  rateLimit: createAllowance(ground.redis),
  clock: ground.clock,
  newRequestId: ground.newId,
  seen: ground.activity.note,
  tracer: ground.tracer,
  log: ground.log,
});

// Wires what people ask about themselves: why, appeals, privacy, and how their models learn.
import { learningHandlers } from '../../routes/learning';
import { petitionHandlers } from '../../routes/petitions';
import { privacyHandlers } from '../../routes/privacy';
import { whyHandlers } from '../../routes/why';
import { retentionOf } from '../ground';
import type { HttpGround } from './http-ground';

export function selfServiceRoutes(ground: HttpGround) {
  const { stores } = ground;
  const ports = {
    ...ground,
    ...stores,
    audit: stores.auditEntries,
    windows: stores.behaviourWindows,
    models: stores.behaviourModels,
    history: stores.riskHistory,
    live: ground.liveRisk,
    announcer: ground.herald,
    retention: retentionOf(ground.config),
  };
  return {
    ...whyHandlers(ports),
    ...petitionHandlers(ports),
    ...privacyHandlers(ports),
    ...learningHandlers(ports),
  };
}

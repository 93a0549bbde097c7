// Wires the routes of scores and of requests in their context.
import { riskHandlers } from '../../routes/risk';
import type { HttpGround } from './http-ground';

export function riskRoutes({ stores, liveRisk, clock, contexts }: HttpGround) {
  return {
    ...riskHandlers({
      sessions: stores.sessions,
      live: liveRisk,
      history: stores.riskHistory,
      models: stores.behaviourModels,
      windows: stores.behaviourWindows,
      terms: stores.terms,
      clock,
    }),
    ...contexts.handlers,
  };
}

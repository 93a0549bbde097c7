// Wires the doors of sensors: windows of networks and attacks.
import { createStageState } from '@verity/adapters/redis/stage-state';
import { contextKey } from '../../pipeline/network-context';
import { sensorHandlers } from '../../routes/sensors';
import type { HttpGround } from './http-ground';

export function sensorRoutes({ bus, clock, redis }: HttpGround) {
  const state = createStageState(redis);
  return sensorHandlers({
    bus,
    clock,
    readContext: async (facility) => (await state.read([contextKey(facility)]))[0] ?? null,
  });
}

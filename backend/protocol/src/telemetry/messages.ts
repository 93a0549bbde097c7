// What stream:telemetry carries: one accepted batch, attributed by the verified token.
import { z } from 'zod';
import { Instant, SessionId, UserId } from '../ids';
import { BehavioralData } from './schemas';

export const TelemetryMessage = z.object({
  session_id: SessionId,
  user_id: UserId,
  received_at: Instant,
  batch: BehavioralData,
});
export type TelemetryMessage = z.infer<typeof TelemetryMessage>;

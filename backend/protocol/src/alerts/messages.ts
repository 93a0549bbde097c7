// What stream:alerts carries: the report of something a human must look at; the record stage makes or joins an alert of it.
import { z } from 'zod';
import { Instant, SessionId, UserId } from '../ids';
import { AlertKind, AlertSource, Severity } from './schemas';

export const AlertMessage = z.object({
  kind: AlertKind,
  severity: Severity,
  title: z.string().max(200),
  description: z.string().max(2000),
  confidence: z.number().min(0).max(1),
  at: Instant,
  /** Reports with one key join the alert that is not yet closed. */
  group_key: z.string().max(200),
  facility_id: z.string().nullable().optional(),
  session_id: SessionId.nullable(),
  user_id: UserId.nullable(),
  sources: z.array(AlertSource).max(20),
});
export type AlertMessage = z.infer<typeof AlertMessage>;

// Alerts: what a human must look at.
import { z } from 'zod';
import { AlertId, Instant, SessionId, UserId } from '../ids';

export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
export const Severity = z.enum(SEVERITIES);
export type Severity = z.infer<typeof Severity>;

export const ALERT_STATUSES = [
  'open',
  'acknowledged',
  'investigating',
  'resolved',
  'false_positive',
] as const;
export const AlertStatus = z.enum(ALERT_STATUSES);
export type AlertStatus = z.infer<typeof AlertStatus>;

export const ALERT_KINDS = [
  'risk_crossing',
  'failed_login_burst',
  'replayed_telemetry',
  'cloned_passkey',
  'user_report',
  'bus_pressure',
  'attack',
  'slow_guessing',
  'shared_origin',
  'alert_cluster',
] as const;
export const AlertKind = z.enum(ALERT_KINDS);
export type AlertKind = z.infer<typeof AlertKind>;

/** Which part of which layer spoke, and on what evidence. */
export const AlertSource = z.object({
  layer: z.number().int().min(0).max(3),
  model_name: z.string(),
  confidence: z.number().min(0).max(1),
  context_evidence: z.record(z.string(), z.unknown()),
});
export type AlertSource = z.infer<typeof AlertSource>;

export const AlertNote = z.object({ at: Instant, author: z.string(), text: z.string() });

export const Alert = z.object({
  id: AlertId,
  kind: AlertKind,
  severity: Severity,
  title: z.string(),
  description: z.string(),
  status: AlertStatus,
  confidence: z.number().min(0).max(1),
  created_at: Instant,
  updated_at: Instant,
  /** Times that the same thing was reported while the alert was not closed. */
  count: z.number().int().min(1),
  facility_id: z.string().nullable(),
  session_id: SessionId.nullable(),
  user_id: UserId.nullable(),
  /** Sign-in name, so that a reader needs no second look-up. */
  user_email: z.string().nullable(),
  assignee: z.string().nullable(),
  sources: z.array(AlertSource),
  notes: z.array(AlertNote),
  demo: z.boolean(),
});
export type Alert = z.infer<typeof Alert>;

// Webhooks: what happens to an application's sessions, sent to addresses of the application (Standard Webhooks).
import { z } from 'zod';
import { ApplicationId, DeliveryId, Instant, WebhookId } from '../ids';

export const WEBHOOK_EVENTS = [
  'session.risk_band_changed',
  'session.step_up',
  'session.step_up_passed',
  'session.restricted',
  'session.restored',
  'session.terminated',
  'alert.raised',
  'policy.updated',
] as const;
export const WebhookEventKind = z.enum(WEBHOOK_EVENTS);
export type WebhookEventKind = z.infer<typeof WebhookEventKind>;

/** What a delivery carries: one of the events, or the test that was asked for. */
export const DeliveryKind = z.enum([...WEBHOOK_EVENTS, 'webhook.test']);
export type DeliveryKind = z.infer<typeof DeliveryKind>;

export const WebhookUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http or https address' })
  .max(500)
  .refine((url) => {
    if (!URL.canParse(url)) return true;
    const { username, password, hash } = new URL(url);
    return username === '' && password === '' && hash === '';
  }, 'must not carry a user name, a password or a fragment');

export const Webhook = z.object({
  id: WebhookId,
  application_id: ApplicationId,
  url: z.string(),
  events: z.array(WebhookEventKind),
  status: z.enum(['active', 'paused']),
  /** Why it is paused, in words; null while active. */
  paused_reason: z.string().nullable(),
  failures_in_a_row: z.number().int(),
  created_at: Instant,
  last_delivered_at: Instant.nullable(),
  /** Until then deliveries are signed with the secret before the newest as well; null when there is none. */
  previous_secret_until: Instant.nullable(),
});
export type Webhook = z.infer<typeof Webhook>;

export const DeliveryStatus = z.enum(['pending', 'delivered', 'failed']);
export type DeliveryStatus = z.infer<typeof DeliveryStatus>;

export const DeliveryAttempt = z.object({
  at: Instant,
  duration_ms: z.number().int(),
  /** HTTP status; null when there was no answer. */
  status: z.number().int().nullable(),
  /** Why it counts as failed; null when it did not. */
  error: z.string().nullable(),
  /** The beginning of what was answered. */
  response: z.string(),
});
export type DeliveryAttempt = z.infer<typeof DeliveryAttempt>;

export const Delivery = z.object({
  id: DeliveryId,
  webhook_id: WebhookId,
  /** `webhook-id`: the same on every attempt, so that a receiver counts an event once. */
  event_id: z.string(),
  kind: DeliveryKind,
  status: DeliveryStatus,
  attempt_count: z.number().int(),
  next_attempt_at: Instant.nullable(),
  created_at: Instant,
  delivered_at: Instant.nullable(),
});
export type Delivery = z.infer<typeof Delivery>;

export const DeliveryDetail = Delivery.extend({
  url: z.string(),
  /** The body as it was signed and sent. */
  body: z.string(),
  /** The newest twenty, oldest first. */
  attempts: z.array(DeliveryAttempt),
});
export type DeliveryDetail = z.infer<typeof DeliveryDetail>;

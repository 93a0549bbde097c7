// HTTP routes for webhooks and the log of their deliveries.
import { z } from 'zod';
import { ApplicationId, DeliveryId, WebhookId } from '../ids';
import { PageQuery, page } from '../page';
import { routes } from '../route';
import {
  Delivery,
  DeliveryDetail,
  DeliveryKind,
  DeliveryStatus,
  Webhook,
  WebhookEventKind,
  WebhookUrl,
} from './webhooks';

const manages = { roles: ['admin'], scopes: ['webhooks:manage'] } as const;
const oneApplication = z.strictObject({ id: ApplicationId });
const oneWebhook = z.strictObject({ id: ApplicationId, webhook: WebhookId });
const oneDelivery = z.strictObject({ id: ApplicationId, delivery: DeliveryId });
const events = z
  .array(WebhookEventKind)
  .min(1)
  .refine((all) => new Set(all).size === all.length, 'names one event twice');
/** `whsec_` and base64; shown once. */
const secret = z.string();

export const webhookRoutes = routes({
  'GET /api/v1/applications/:id/webhooks': {
    summary: 'Webhooks of an application',
    subject: 'applications',
    who: manages,
    sensitivity: 'medium',
    params: oneApplication,
    reply: z.object({ items: z.array(Webhook) }),
  },
  'POST /api/v1/applications/:id/webhooks': {
    summary: 'Add a webhook; its secret is shown once',
    subject: 'applications',
    who: manages,
    sensitivity: 'high',
    params: oneApplication,
    body: z.strictObject({ url: WebhookUrl, events }),
    faults: ['conflict'],
    reply: z.object({ webhook: Webhook, secret }),
  },
  'PATCH /api/v1/applications/:id/webhooks/:webhook': {
    summary: 'Change address or events, pause or resume',
    subject: 'applications',
    who: manages,
    sensitivity: 'high',
    params: oneWebhook,
    body: z.strictObject({
      url: WebhookUrl.optional(),
      events: events.optional(),
      status: z.enum(['active', 'paused']).optional(),
    }),
    reply: Webhook,
  },
  'DELETE /api/v1/applications/:id/webhooks/:webhook': {
    summary: 'Remove a webhook with its deliveries',
    subject: 'applications',
    who: manages,
    sensitivity: 'high',
    params: oneWebhook,
    reply: z.object({ done: z.literal(true) }),
  },
  'POST /api/v1/applications/:id/webhooks/:webhook/secret': {
    summary: 'A new secret, shown once; deliveries carry both signatures for the overlap',
    subject: 'applications',
    who: manages,
    sensitivity: 'high',
    params: oneWebhook,
    body: z.strictObject({ overlap_minutes: z.number().int().min(0).max(10_080).default(1440) }),
    reply: z.object({ webhook: Webhook, secret }),
  },
  'POST /api/v1/applications/:id/webhooks/:webhook/test': {
    summary: 'Send a test event',
    subject: 'applications',
    who: manages,
    sensitivity: 'medium',
    perMinute: 30,
    params: oneWebhook,
    reply: Delivery,
  },
  'GET /api/v1/applications/:id/deliveries': {
    summary: 'The log of deliveries, newest first',
    subject: 'applications',
    who: manages,
    sensitivity: 'medium',
    params: oneApplication,
    query: z.strictObject({
      ...PageQuery,
      webhook_id: WebhookId.optional(),
      status: DeliveryStatus.optional(),
      kind: DeliveryKind.optional(),
    }),
    reply: page(Delivery),
  },
  'GET /api/v1/applications/:id/deliveries/:delivery': {
    summary: 'One delivery: what was sent, and what came back at each attempt',
    subject: 'applications',
    who: manages,
    sensitivity: 'medium',
    params: oneDelivery,
    reply: DeliveryDetail,
  },
  'POST /api/v1/applications/:id/deliveries/:delivery/redeliver': {
    summary: 'Send it again now, with the same event id',
    subject: 'applications',
    who: manages,
    sensitivity: 'medium',
    perMinute: 120,
    params: oneDelivery,
    reply: Delivery,
  },
});

// The shapes that an application exchanges with Verity, drawn from the table of routes.
import type { RouteReply, RouteRequest } from '@verity/protocol/route';
import type { Routes } from '@verity/protocol/routes';

type Body<K extends keyof Routes> =
  RouteRequest<Routes[K]> extends { body?: infer B } ? NonNullable<B> : never;

export type HandedSession = Body<'POST /api/v1/sessions'>;
export type OpenedSession = RouteReply<Routes['POST /api/v1/sessions']>;
export type ApplicationSession = OpenedSession['session'];
export type CollectorGrant = OpenedSession['collector'];
export type Proof = Body<'POST /api/v1/sessions/:id/proof'>;
export type Question = Body<'POST /api/v1/sessions/:id/decision'>;
export type Decision = RouteReply<Routes['POST /api/v1/sessions/:id/decision']>;
export type Risk = RouteReply<Routes['GET /api/v1/sessions/:id/risk']>;
export type Webhook = RouteReply<Routes['POST /api/v1/applications/:id/webhooks']>['webhook'];
export type WebhookEventKind = Webhook['events'][number] | 'webhook.test';

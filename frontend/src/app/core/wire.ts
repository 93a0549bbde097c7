// The shapes that routes and events carry, as the client sees them: derived from the protocol, never written again.
import type { RouteReply, RouteRequest } from '@verity/protocol/route';
import type { RouteKey, Routes } from '@verity/protocol/routes';

export type { RouteKey };
export type Reply<K extends RouteKey> = RouteReply<Routes[K]>;
export type Request<K extends RouteKey> = RouteRequest<Routes[K]>;

export type Me = Reply<'GET /api/v1/me'>;
export type User = Me['user'];
export type Session = Me['session'];
export type Role = User['role'];
export type UserStatus = User['status'];
export type SessionState = Session['state'];
export type StepUpMethod = Me['step_up_methods'][number];
export type SignedIn = Reply<'POST /api/v1/auth/login'>;
export type Passkey = Reply<'GET /api/v1/me/passkeys'>['items'][number];
export type Device = Reply<'GET /api/v1/me/devices'>['items'][number];
export type ApiKey = Reply<'GET /api/v1/api-keys'>['items'][number];
export type Scope = ApiKey['scopes'][number];
export type Notification = Reply<'GET /api/v1/me/notifications'>['items'][number];
export type RiskSeries = Reply<'GET /api/v1/me/risk'>;
export type RiskScore = NonNullable<RiskSeries['current']>;
export type RiskPoint = RiskSeries['points'][number];
export type Band = RiskScore['band'];
export type Contribution = RiskScore['contributions'][number];
export type Source = Contribution['source'];
export type ModelStatus = Reply<'GET /api/v1/me/model'>;
export type Decision = Reply<'GET /api/v1/sessions/:id/decisions'>['items'][number];
export type Effect = Decision['effect'];
export type Alert = Reply<'GET /api/alerts/:id'>;
export type AlertStatus = Alert['status'];
export type AlertKind = Alert['kind'];
export type Severity = Alert['severity'];
export type AuditEntry = Reply<'GET /api/v1/audit'>['items'][number];
export type AuditAction = AuditEntry['record']['action'];
export type ChainCheck = Reply<'GET /api/v1/audit/verify'>;
export type SystemReport = Reply<'GET /api/v1/system'>;
export type Overview = Reply<'GET /api/v1/overview'>;

// HTTP routes for looking after people, their sessions, and API keys.
import { z } from 'zod';
import { routes } from '../route';
import { sudo } from './assurance';
import { ApiKeyId, SessionId, Slug, UserId } from '../ids';
import { PageQuery, page } from '../page';
import { Band } from '../risk/schemas';
import { Decision } from '../policy/schemas';
import {
  ApiKey,
  INSTALLATION_SCOPES,
  Device,
  Email,
  PersonName,
  Role,
  Session,
  SessionState,
  User,
  UserStatus,
} from './schemas';

const done = z.object({ done: z.literal(true) });
const admin = { roles: ['admin'] } as const;
/** What gives access to somebody asks an admin for proof of the last quarter of an hour. */
const reason = z.string().trim().min(3).max(500);
const oneUser = z.strictObject({ id: UserId });
const oneSession = z.strictObject({ id: SessionId });

const sessionFilter = {
  /** `live` is every state in which a session still lives. */
  state: z.union([SessionState, z.literal('live')]).optional(),
  band: Band.optional(),
  user_id: UserId.optional(),
  q: z.string().max(100).optional(),
  sort: z.enum(['risk', 'last_seen', 'started']).default('risk'),
};

/** A link to be handed over by the admin; shown once. */
const link = z.object({ user: User, link: z.string(), expires_at: z.string() });

export const identityAdminRoutes = routes({
  'GET /api/v1/users': {
    summary: 'People, by filter',
    subject: 'identity',
    who: admin,
    sensitivity: 'medium',
    query: z.strictObject({
      ...PageQuery,
      q: z.string().max(100).optional(),
      role: Role.optional(),
      status: UserStatus.optional(),
      group: Slug.optional(),
    }),
    reply: page(User),
  },
  'POST /api/v1/users/invite': {
    summary: 'Invite somebody; answers the link to hand over',
    subject: 'identity',
    who: admin,
    sensitivity: 'high',
    body: z.strictObject({ email: Email, name: PersonName, role: Role }),
    faults: ['conflict'],
    reply: link,
  },
  'GET /api/v1/users/:id': {
    summary: 'One person with devices',
    subject: 'identity',
    who: admin,
    sensitivity: 'medium',
    params: oneUser,
    reply: z.object({ user: User, devices: z.array(Device) }),
  },
  'PATCH /api/v1/users/:id': {
    summary: 'Change name or role, disable or enable; whoever loses rights loses the sessions too',
    subject: 'identity',
    who: admin,
    sensitivity: 'high',
    params: oneUser,
    body: z.strictObject({
      name: PersonName.optional(),
      role: Role.optional(),
      status: z.enum(['active', 'disabled']).optional(),
    }),
    faults: ['conflict'],
    reply: User,
  },
  'POST /api/v1/users/:id/reset': {
    summary:
      'Reset password, authenticator, passkeys and recovery codes; answers the link to hand over and ends the sessions',
    subject: 'identity',
    who: admin,
    sensitivity: 'high',
    freshness: sudo,
    params: oneUser,
    body: z.strictObject({ reason }),
    reply: link,
  },
  'GET /api/v1/sessions': {
    summary: 'Sessions, by filter',
    subject: 'identity',
    who: { roles: ['admin'], scopes: ['sessions:read'] },
    sensitivity: 'medium',
    query: z.strictObject({
      ...PageQuery,
      limit: z.coerce.number().int().min(1).max(2000).default(50),
      ...sessionFilter,
    }),
    reply: page(Session),
  },
  'GET /api/v1/sessions/export': {
    summary: 'Sessions by filter as CSV, at most 10,000',
    subject: 'identity',
    who: { roles: ['admin'], scopes: ['sessions:read'] },
    sensitivity: 'medium',
    perMinute: 6,
    query: z.strictObject(sessionFilter),
    reply: 'text/csv',
  },
  'GET /api/v1/sessions/:id': {
    summary: 'One session',
    subject: 'identity',
    who: { roles: ['admin'], scopes: ['sessions:read'] },
    sensitivity: 'medium',
    params: oneSession,
    reply: Session,
  },
  'GET /api/v1/sessions/:id/decisions': {
    summary: 'What the policy decided about a session, newest first',
    subject: 'policy',
    who: { roles: ['admin', 'auditor'], scopes: ['sessions:read'] },
    sensitivity: 'medium',
    params: oneSession,
    query: z.strictObject(PageQuery),
    reply: page(Decision),
  },
  'POST /api/v1/sessions/:id/terminate': {
    summary: 'End a session everywhere, at once',
    subject: 'identity',
    who: admin,
    sensitivity: 'high',
    params: oneSession,
    body: z.strictObject({ reason }),
    reply: Session,
  },
  'POST /api/v1/sessions/:id/step-up': {
    summary: 'Ask the person behind a session to prove again who they are',
    subject: 'identity',
    who: admin,
    sensitivity: 'medium',
    params: oneSession,
    body: z.strictObject({ reason }),
    faults: ['conflict'],
    reply: Session,
  },
  'GET /api/v1/api-keys': {
    summary: 'API keys',
    subject: 'identity',
    who: admin,
    sensitivity: 'medium',
    reply: z.object({ items: z.array(ApiKey) }),
  },
  'POST /api/v1/api-keys': {
    summary: 'Make an API key; the key itself is shown once',
    subject: 'identity',
    who: admin,
    sensitivity: 'high',
    freshness: sudo,
    body: z.strictObject({
      name: z.string().trim().min(1).max(100),
      scopes: z.array(z.enum(INSTALLATION_SCOPES)).min(1),
      days: z.number().int().min(1).max(365),
    }),
    reply: z.object({ api_key: ApiKey, key: z.string() }),
  },
  'DELETE /api/v1/api-keys/:id': {
    summary: 'Revoke an API key, at once',
    subject: 'identity',
    who: admin,
    sensitivity: 'high',
    params: z.strictObject({ id: ApiKeyId }),
    reply: done,
  },
});

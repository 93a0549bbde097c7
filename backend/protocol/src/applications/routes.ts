// HTTP routes for looking after applications and their keys.
import { z } from 'zod';
import { ApiKeyId, ApplicationId } from '../ids';
import { APPLICATION_SCOPES, ApiKey } from '../identity/schemas';
import { routes } from '../route';
import { Application, Handle, WebOrigin } from './schemas';

const admin = { roles: ['admin'] } as const;
const oneApplication = z.strictObject({ id: ApplicationId });
const origins = z
  .array(WebOrigin)
  .max(20)
  .refine((all) => new Set(all).size === all.length, 'names one origin twice');
const name = z.string().trim().min(1).max(100);
const madeKey = z.object({ api_key: ApiKey, key: z.string() });

export const applicationRoutes = routes({
  'GET /api/v1/applications': {
    summary: 'Applications by name, with their keys in force',
    subject: 'applications',
    who: admin,
    sensitivity: 'medium',
    reply: z.object({
      items: z.array(Application.extend({ keys_in_force: z.number().int() })),
    }),
  },
  'POST /api/v1/applications': {
    summary: 'Register an application',
    subject: 'applications',
    who: admin,
    sensitivity: 'high',
    body: z.strictObject({ name, handle: Handle, origins: origins.default([]) }),
    faults: ['conflict'],
    reply: Application,
  },
  'GET /api/v1/applications/:id': {
    summary: 'One application with its keys, newest first',
    subject: 'applications',
    who: admin,
    sensitivity: 'medium',
    params: oneApplication,
    reply: z.object({ application: Application, keys: z.array(ApiKey) }),
  },
  'PATCH /api/v1/applications/:id': {
    summary: 'Change name or origins; pages of an origin that is taken away are refused at once',
    subject: 'applications',
    who: admin,
    sensitivity: 'high',
    params: oneApplication,
    body: z.strictObject({ name: name.optional(), origins: origins.optional() }),
    faults: ['conflict'],
    reply: Application,
  },
  'DELETE /api/v1/applications/:id': {
    summary:
      'Remove an application: its keys are revoked, its webhooks removed, its sessions ended',
    subject: 'applications',
    who: admin,
    sensitivity: 'high',
    params: oneApplication,
    body: z.strictObject({ reason: z.string().trim().min(3).max(500) }),
    reply: z.object({ done: z.literal(true), sessions_ended: z.number().int() }),
  },
  'POST /api/v1/applications/:id/keys': {
    summary: 'Make a key of an application; the key itself is shown once',
    subject: 'applications',
    who: admin,
    sensitivity: 'high',
    params: oneApplication,
    body: z.strictObject({
      name,
      scopes: z.array(z.enum(APPLICATION_SCOPES)).min(1),
      days: z.number().int().min(1).max(365),
    }),
    reply: madeKey,
  },
  'POST /api/v1/applications/:id/keys/:key/rotate': {
    summary: 'A new key with the same scopes and term; the old one works on for the overlap',
    subject: 'applications',
    who: admin,
    sensitivity: 'high',
    params: z.strictObject({ id: ApplicationId, key: ApiKeyId }),
    body: z.strictObject({ overlap_minutes: z.number().int().min(0).max(10_080).default(1440) }),
    faults: ['conflict'],
    reply: madeKey,
  },
});

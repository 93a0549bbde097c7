// HTTP routes with which an application hands over the sessions of its users and asks about them.
import { z } from 'zod';
import { Instant, SessionId } from '../ids';
import { StepUpMethod } from '../identity/schemas';
import { routes } from '../route';
import {
  ApplicationDecision,
  ApplicationSession,
  CollectorGrant,
  HandedSession,
  NetworkAddress,
} from './schemas';

const writes = { roles: [], scopes: ['sessions:write'] } as const;
const oneSession = z.strictObject({ id: SessionId });

/** What a request is about: its path decides by the policy's resources how sensitive it is. */
export const AskedResource = z.strictObject({
  method: z
    .string()
    .regex(/^[A-Z]{3,10}$/, 'must be an HTTP method in capitals')
    .default('GET'),
  host: z.string().max(255).default(''),
  path: z.string().max(2000).regex(/^\//, 'must begin with /'),
});

export const applicationSessionRoutes = routes({
  'POST /api/v1/sessions': {
    summary: 'Hand over the session of a user who has just signed in to the own application',
    subject: 'applications',
    who: writes,
    sensitivity: 'medium',
    perMinute: 6000,
    body: HandedSession,
    faults: ['conflict'],
    reply: z.object({ session: ApplicationSession, collector: CollectorGrant }),
  },
  'POST /api/v1/sessions/:id/token': {
    summary: 'A fresh collector token for a session of the own application',
    subject: 'applications',
    who: writes,
    sensitivity: 'medium',
    perMinute: 6000,
    params: oneSession,
    faults: ['not-found', 'session-ended'],
    reply: CollectorGrant,
  },
  'DELETE /api/v1/sessions/:id': {
    summary: 'The user has signed out of the application',
    subject: 'applications',
    who: writes,
    sensitivity: 'medium',
    perMinute: 6000,
    params: oneSession,
    faults: ['not-found'],
    reply: ApplicationSession,
  },
  'POST /api/v1/sessions/:id/proof': {
    summary:
      'The application has had the user prove again who they are: evidence that lowers the score and lifts a step-up',
    subject: 'applications',
    who: writes,
    sensitivity: 'medium',
    perMinute: 600,
    params: oneSession,
    body: z.strictObject({
      method: StepUpMethod,
      /** When it was given; now when left out. At most five minutes ago. */
      at: Instant.optional(),
      /** False: the user was asked and failed, which raises the score. */
      passed: z.boolean().default(true),
    }),
    faults: ['not-found', 'session-ended', 'from-the-future', 'too-late'],
    reply: ApplicationSession,
  },
  'POST /api/v1/sessions/:id/decision': {
    summary:
      'May this session do that now? Carried out at once when the answer is to end the session',
    subject: 'applications',
    who: { roles: [], scopes: ['decisions:read'] },
    sensitivity: 'medium',
    perMinute: 60_000,
    params: oneSession,
    body: z
      .strictObject({
        resource: AskedResource.optional(),
        sensitivity: z.enum(['low', 'medium', 'high']).optional(),
        /** Where the user's request came from; that of the sign-in when left out. */
        address: NetworkAddress.optional(),
      })
      .refine(
        ({ resource, sensitivity }) => resource !== undefined || sensitivity !== undefined,
        'needs a resource or a sensitivity',
      ),
    faults: ['not-found'],
    reply: ApplicationDecision,
  },
});

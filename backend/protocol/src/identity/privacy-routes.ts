// HTTP routes of privacy: what is kept for how long, all of it as a file, and the erasure of behaviour.
import { z } from 'zod';
import { Instant, UserId } from '../ids';
import { routes } from '../route';
import { ROLES } from './schemas';

const self = { roles: ROLES } as const;

/** What the person types to show that the consequence was read. */
export const ERASURE_PHRASE = 'erase my behaviour';

/** One kind of data that is kept of a person. */
export const Kept = z.object({
  what: z.string(),
  /** What it consists of, in words. */
  about: z.string(),
  /** Records there now; null where they are not counted. */
  records: z.number().int().nullable(),
  /** Days after which it is removed; null when it stays with the account or the record. */
  days: z.number().int().nullable(),
  /** Where days do not say it: how long it stays. */
  until: z.string().nullable(),
  erasable: z.boolean(),
});

/** The proof that behaviour was erased; its id stands in the audit log. */
export const Receipt = z.object({
  id: z.uuid(),
  user_id: UserId,
  at: Instant,
  /** `user:{id}` of who asked for it. */
  by: z.string(),
  windows: z.number().int(),
  models: z.number().int(),
  /** Minutes of scores; null when they were to stay. */
  score_minutes: z.number().int().nullable(),
  sessions: z.number().int(),
});
export type Receipt = z.infer<typeof Receipt>;

export const privacyRoutes = routes({
  'GET /api/v1/me/privacy': {
    summary: 'What is kept of the own account, how much of it, and for how long',
    subject: 'identity',
    who: self,
    sensitivity: 'low',
    reply: z.object({ kept: z.array(Kept), erased_at: Instant.nullable() }),
  },
  'GET /api/v1/me/export': {
    summary: 'All own data as one JSON file, streamed; needs fresh proof',
    subject: 'identity',
    who: self,
    sensitivity: 'medium',
    perMinute: 4,
    faults: ['step-up-required'],
    reply: 'application/json',
  },
  'POST /api/v1/me/erasure': {
    summary: 'Erase the own behavioural data; needs fresh proof. Learning begins from nothing',
    subject: 'identity',
    who: self,
    sensitivity: 'medium',
    perMinute: 4,
    body: z.strictObject({
      /** The course of scores too. */
      scores: z.boolean(),
      phrase: z.literal(ERASURE_PHRASE, { error: `must be "${ERASURE_PHRASE}"` }),
    }),
    faults: ['step-up-required'],
    reply: Receipt,
  },
});

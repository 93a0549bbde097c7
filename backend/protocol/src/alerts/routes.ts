// HTTP routes of alerts.
import { z } from 'zod';
import { routes } from '../route';
import { AlertId, SessionId, UserId } from '../ids';
import { PageQuery, page } from '../page';
import { Alert, AlertKind, AlertStatus, Severity } from './schemas';

const list = <T extends z.ZodType>(item: T) =>
  z.preprocess(
    (value) => (typeof value === 'string' ? value.split(',') : value),
    z.array(item).max(10).optional(),
  );

const admin = { roles: ['admin'] } as const;
const params = z.strictObject({ id: AlertId });

export const alertRoutes = routes({
  'GET /api/alerts': {
    summary: 'Alerts, newest first, by filter',
    subject: 'alerts',
    who: { roles: ['admin'], scopes: ['alerts:read'] },
    sensitivity: 'medium',
    query: z.strictObject({
      ...PageQuery,
      status: list(AlertStatus),
      severity: list(Severity),
      kind: list(AlertKind),
      session_id: SessionId.optional(),
      user_id: UserId.optional(),
      assignee: z.string().max(200).optional(),
      q: z.string().max(100).optional(),
    }),
    reply: page(Alert),
  },
  'GET /api/alerts/:id': {
    summary: 'One alert with its evidence and notes',
    subject: 'alerts',
    who: { roles: ['admin'], scopes: ['alerts:read'] },
    sensitivity: 'medium',
    params,
    reply: Alert,
  },
  'PATCH /api/alerts/:id': {
    summary: 'Move an alert through its workflow or assign it',
    subject: 'alerts',
    who: admin,
    sensitivity: 'medium',
    params,
    body: z.strictObject({
      status: AlertStatus.optional(),
      assignee: z.string().max(200).nullable().optional(),
    }),
    faults: ['conflict'],
    reply: Alert,
  },
  'POST /api/alerts/:id/notes': {
    summary: 'Add a note',
    subject: 'alerts',
    who: admin,
    sensitivity: 'medium',
    params,
    body: z.strictObject({ text: z.string().trim().min(1).max(2000) }),
    reply: Alert,
  },
  'POST /api/alerts/bulk': {
    summary: 'Move many alerts at once',
    subject: 'alerts',
    who: admin,
    sensitivity: 'medium',
    body: z.strictObject({ ids: z.array(AlertId).min(1).max(200), status: AlertStatus }),
    faults: ['conflict'],
    reply: z.object({ changed: z.number().int() }),
  },
});

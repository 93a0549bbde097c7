// HTTP routes of running Verity: health, metrics, API description, overview, system page, demo data.
import { z } from 'zod';
import { routes } from '../route';
import { Instant } from '../ids';
import { ROLES } from '../identity/schemas';
import { Alert } from '../alerts/schemas';
import { Session } from '../identity/schemas';
import { Band } from '../risk/schemas';

const Dependency = z.object({
  name: z.string(),
  ok: z.boolean(),
  milliseconds: z.number(),
  /** True for what the platform serves without: work for it waits. */
  optional: z.boolean().optional(),
  /** What is wrong, and how to mend it. */
  problem: z.string().optional(),
  fix: z.string().optional(),
});

export const Health = z.object({
  ok: z.boolean(),
  version: z.string(),
  dependencies: z.array(Dependency),
});
export type Health = z.infer<typeof Health>;

export const RealtimeStatistics = z.object({
  total_connections: z.number().int(),
  unique_users: z.number().int(),
  rooms: z.number().int(),
  events_per_second: z.number(),
});
export type RealtimeStatistics = z.infer<typeof RealtimeStatistics>;

export const CacheStatistics = z.object({
  total_keys: z.number().int(),
  /** Bytes. */
  used_memory: z.number().int(),
  kinds: z.array(
    z.object({
      kind: z.string(),
      ttl_seconds: z.number().int(),
      hits: z.number().int(),
      misses: z.number().int(),
    }),
  ),
});
export type CacheStatistics = z.infer<typeof CacheStatistics>;

export const StreamStatistics = z.object({
  stream: z.string(),
  length: z.number().int(),
  groups: z.array(
    z.object({
      group: z.string(),
      consumers: z.number().int(),
      pending: z.number().int(),
      lag: z.number().int().nullable(),
    }),
  ),
});
export type StreamStatistics = z.infer<typeof StreamStatistics>;

const admin = { roles: ['admin'] } as const;

export const operationsRoutes = routes({
  'GET /health/live': {
    summary: 'Is the process alive',
    subject: 'operations',
    who: 'anyone',
    sensitivity: 'low',
    perMinute: 6000,
    reply: z.object({ ok: z.literal(true) }),
  },
  'GET /health/ready': {
    summary: 'Can it serve: 200 or 503',
    subject: 'operations',
    who: 'anyone',
    sensitivity: 'low',
    perMinute: 6000,
    reply: Health,
  },
  'GET /health': {
    summary: 'Each dependency by itself; always 200',
    subject: 'operations',
    who: 'anyone',
    sensitivity: 'low',
    perMinute: 6000,
    reply: Health,
  },
  'GET /metrics': {
    summary: 'Metrics in the Prometheus text format',
    subject: 'operations',
    who: { roles: ['admin'], scopes: ['metrics:read'] },
    sensitivity: 'low',
    reply: 'text/plain',
  },
  'GET /.well-known/jwks.json': {
    summary: 'Public keys of the access tokens',
    subject: 'identity',
    who: 'anyone',
    sensitivity: 'low',
    reply: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }),
  },
  'GET /api/v1/openapi.json': {
    summary: 'This description (OpenAPI 3.1)',
    subject: 'operations',
    who: 'anyone',
    sensitivity: 'low',
    reply: z.record(z.string(), z.unknown()),
  },
  'GET /api/v1/overview': {
    summary: 'What needs an admin now',
    subject: 'operations',
    who: admin,
    sensitivity: 'medium',
    reply: z.object({
      live_sessions: z.number().int(),
      /** Without those that are not scored yet. */
      by_band: z.record(Band, z.number().int()),
      by_state: z.record(z.string(), z.number().int()),
      open_alerts: z.number().int(),
      /** Sessions that wait for a human or a step-up, highest risk first; at most 10. */
      sessions: z.array(Session),
      /** Open alerts, most severe first; at most 10. */
      alerts: z.array(Alert),
      /** Mean and maximum risk over the live sessions, a minute each, oldest first; the last hour. */
      course: z.array(z.object({ at: Instant, mean: z.number(), max: z.number() })),
    }),
  },
  'GET /api/v1/system': {
    summary: 'Health, sockets, cache and bus of the platform',
    subject: 'operations',
    who: admin,
    sensitivity: 'medium',
    reply: z.object({
      health: Health,
      realtime: RealtimeStatistics,
      cache: CacheStatistics,
      bus: z.array(StreamStatistics),
      telemetry: z.object({
        accepted: z.number().int(),
        refused: z.record(z.string(), z.number().int()),
      }),
      process: z.object({
        uptime_seconds: z.number(),
        rss_bytes: z.number().int(),
        node: z.string(),
      }),
    }),
  },
  'GET /api/v1/demo': {
    summary: 'What demo data is there',
    subject: 'operations',
    who: { roles: ROLES },
    sensitivity: 'low',
    reply: z.object({
      users: z.number().int(),
      sessions: z.number().int(),
      alerts: z.number().int(),
    }),
  },
  'DELETE /api/v1/demo': {
    summary: 'Remove every demo person with all that belongs to them; audit records stay',
    subject: 'operations',
    who: admin,
    sensitivity: 'high',
    reply: z.object({
      users: z.number().int(),
      sessions: z.number().int(),
      alerts: z.number().int(),
    }),
  },
});

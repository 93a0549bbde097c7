// The event bus in one place: every stream in pipeline order, what it carries, and the envelope of a message.
import { z } from 'zod';
import { Instant, MessageId } from './ids';
import { TelemetryMessage } from './telemetry/messages';
import { isTelemetryMessage } from './telemetry/quick-check';
import { FindingMessage, RiskMessage } from './risk/messages';
import { DecisionMessage } from './policy/messages';
import { AlertMessage } from './alerts/messages';
import { AuditMessage } from './audit/messages';
import { AttackEvent } from './attack/schemas';
import { NetworkWindow } from './network/schemas';
import { AnnouncementMessage } from './realtime/messages';
import { DeadLetterMessage } from './bus/messages';

/** In pipeline order: a stage may write only to streams that come after those that it reads. */
export const STREAMS = [
  'stream:telemetry',
  'stream:network',
  'stream:attacks',
  'stream:findings',
  'stream:risk',
  'stream:ai_decisions',
  'stream:alerts',
  'stream:forensics',
  'stream:announcements',
  'stream:dead_letter',
] as const;

export type StreamName = (typeof STREAMS)[number];

export const PAYLOADS = {
  'stream:telemetry': TelemetryMessage,
  'stream:network': NetworkWindow,
  'stream:attacks': AttackEvent,
  'stream:findings': FindingMessage,
  'stream:risk': RiskMessage,
  'stream:ai_decisions': DecisionMessage,
  'stream:alerts': AlertMessage,
  'stream:forensics': AuditMessage,
  'stream:announcements': AnnouncementMessage,
  'stream:dead_letter': DeadLetterMessage,
} as const satisfies Record<StreamName, z.ZodType>;

/** A quick yes for payloads: what it accepts, the schema would answer unchanged. Without a yes the schema judges. */
export const QUICK_CHECKS: Partial<Record<StreamName, (payload: unknown) => boolean>> = {
  'stream:telemetry': isTelemetryMessage,
};

export type Payload<S extends StreamName> = z.infer<(typeof PAYLOADS)[S]>;

/** 1 critical, 2 high, 3 normal, 4 low. */
export const Priority = z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]);
export type Priority = z.infer<typeof Priority>;

/** The envelope, stored as JSON in the field `message` of a stream entry. */
export const Envelope = z.object({
  message_id: MessageId,
  stream: z.enum(STREAMS),
  payload: z.unknown(),
  priority: Priority,
  timestamp: Instant,
  producer_id: z.string().min(1).max(100),
  /** Deliveries that failed before this one. */
  retry_count: z.number().int().min(0),
  /** W3C trace context. */
  traceparent: z.string().max(60).optional(),
});

export interface Message<S extends StreamName = StreamName> {
  message_id: MessageId;
  stream: S;
  payload: Payload<S>;
  priority: Priority;
  timestamp: string;
  producer_id: string;
  retry_count: number;
  traceparent?: string | undefined;
}

type After<
  S extends StreamName,
  T extends readonly unknown[] = typeof STREAMS,
> = T extends readonly [infer Head, ...infer Tail]
  ? Head extends S
    ? Tail[number]
    : After<S, Tail>
  : never;

/** The streams that a stage reading `S` may write to. */
export type LaterStream<S extends StreamName> = S extends StreamName
  ? Extract<After<S>, StreamName>
  : never;

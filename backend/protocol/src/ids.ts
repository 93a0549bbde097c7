// Branded identifiers: one kind of id cannot be passed where another is meant.
import { z } from 'zod';

const uuid = z.uuid({ error: 'must be a UUID' });

export const UserId = uuid.brand<'UserId'>();
export const SessionId = uuid.brand<'SessionId'>();
export const DeviceId = uuid.brand<'DeviceId'>();
export const AlertId = uuid.brand<'AlertId'>();
export const MessageId = uuid.brand<'MessageId'>();
export const NotificationId = uuid.brand<'NotificationId'>();
export const ApiKeyId = uuid.brand<'ApiKeyId'>();
export const PasskeyId = uuid.brand<'PasskeyId'>();
export const ApplicationId = uuid.brand<'ApplicationId'>();
export const WebhookId = uuid.brand<'WebhookId'>();
export const DeliveryId = uuid.brand<'DeliveryId'>();
export const AuditRecordId = uuid.brand<'AuditRecordId'>();
export const DecisionId = uuid.brand<'DecisionId'>();
export const PetitionId = uuid.brand<'PetitionId'>();
export const PolicyRunId = uuid.brand<'PolicyRunId'>();
export const JobId = uuid.brand<'JobId'>();

export type UserId = z.infer<typeof UserId>;
export type SessionId = z.infer<typeof SessionId>;
export type DeviceId = z.infer<typeof DeviceId>;
export type AlertId = z.infer<typeof AlertId>;
export type MessageId = z.infer<typeof MessageId>;
export type NotificationId = z.infer<typeof NotificationId>;
export type ApiKeyId = z.infer<typeof ApiKeyId>;
export type PasskeyId = z.infer<typeof PasskeyId>;
export type ApplicationId = z.infer<typeof ApplicationId>;
export type WebhookId = z.infer<typeof WebhookId>;
export type DeliveryId = z.infer<typeof DeliveryId>;
export type AuditRecordId = z.infer<typeof AuditRecordId>;
export type DecisionId = z.infer<typeof DecisionId>;
export type PetitionId = z.infer<typeof PetitionId>;
export type PolicyRunId = z.infer<typeof PolicyRunId>;
export type JobId = z.infer<typeof JobId>;

/** A name that is written into a policy: of a rule, a resource, a group. */
export const Slug = z
  .string()
  .regex(/^[a-z0-9-]{1,60}$/, 'must be lower-case words joined by hyphens');

/** Of an entry of a stream: milliseconds, a hyphen, a number within the millisecond. */
export const EventId = z.string().regex(/^\d{1,16}-\d{1,16}$/, { error: 'must be an event id' });

/** An instant on the wire: UTC, ISO-8601, milliseconds. */
export const Instant = z.iso.datetime({ precision: 3 });

/** An instant as people and other programs write it: any precision, UTC or with an offset. */
export const AskedInstant = z.iso.datetime({ offset: true });

// What webhooks need of the world: their store, the store of deliveries, and the way out.
import type { PageRequest } from '../kernel/page-request';
import type { ApplicationId, DeliveryId, WebhookId } from '@verity/protocol/ids';
import type {
  DeliveryKind,
  DeliveryStatus,
  WebhookEventKind,
} from '@verity/protocol/applications/webhooks';
import type { Page } from '@verity/protocol/page';

export interface WebhookRecord {
  id: WebhookId;
  applicationId: ApplicationId;
  url: string;
  events: WebhookEventKind[];
  /** Sealed with the master key: deliveries are signed with it. */
  sealedSecret: string;
  /** The secret before, which signs as well until then. */
  previous: { sealedSecret: string; until: Date } | null;
  pausedAt: Date | null;
  pausedReason: string | null;
  failuresInARow: number;
  /** Of the first failure since the last success. */
  failingSince: Date | null;
  lastDeliveredAt: Date | null;
  createdAt: Date;
}

export interface Webhooks {
  add(webhook: WebhookRecord): Promise<void>;
  byId(id: WebhookId): Promise<WebhookRecord | null>;
  ofApplication(application: ApplicationId): Promise<WebhookRecord[]>;
  /** Those that want the event: of one application, or of all. */
  wanting(kind: WebhookEventKind, application?: ApplicationId): Promise<WebhookRecord[]>;
  change(
    id: WebhookId,
    changes: Partial<Omit<WebhookRecord, 'id' | 'applicationId' | 'createdAt'>>,
  ): Promise<WebhookRecord | null>;
  /** Notes how an attempt ended; the record after it. */
  noteOutcome(id: WebhookId, delivered: boolean, at: Date): Promise<WebhookRecord | null>;
  /** True for exactly one caller while it is active. */
  pause(id: WebhookId, reason: string, at: Date): Promise<boolean>;
  remove(id: WebhookId): Promise<boolean>;
  removeOfApplication(application: ApplicationId): Promise<void>;
}

export interface AttemptRecord {
  at: Date;
  durationMs: number;
  status: number | null;
  error: string | null;
  /** The beginning of what was answered. */
  response: string;
}

export interface DeliveryRecord {
  id: DeliveryId;
  webhookId: WebhookId;
  applicationId: ApplicationId;
  eventId: string;
  kind: DeliveryKind;
  /** JSON, as it is signed and sent. */
  body: string;
  status: DeliveryStatus;
  attempts: AttemptRecord[];
  attemptCount: number;
  nextAttemptAt: Date | null;
  /** From here the time for retries counts: when it was made, or asked for again. */
  dueSince: Date;
  createdAt: Date;
  deliveredAt: Date | null;
}

export interface DeliveryFilter {
  applicationId: ApplicationId;
  webhookId?: WebhookId | undefined;
  status?: DeliveryStatus | undefined;
  kind?: DeliveryKind | undefined;
}

export interface Deliveries {
  /** Many at once; an event that a webhook has already is left alone. */
  add(deliveries: DeliveryRecord[]): Promise<void>;
  byId(id: DeliveryId): Promise<DeliveryRecord | null>;
  /** Webhooks with something due. */
  webhooksDue(now: Date): Promise<WebhookId[]>;
  /** The longest due of a webhook. */
  due(webhook: WebhookId, now: Date, limit: number): Promise<DeliveryRecord[]>;
  /** Keeps an attempt, and what becomes of the delivery. */
  noteAttempt(
    id: DeliveryId,
    attempt: AttemptRecord,
    after: { status: DeliveryStatus; nextAttemptAt: Date | null },
  ): Promise<void>;
  again(id: DeliveryId, at: Date): Promise<DeliveryRecord | null>;
  /** Everything that waits for a webhook is due from `at` on, as when it had just happened. */
  resume(webhook: WebhookId, at: Date): Promise<void>;
  list(filter: DeliveryFilter, page: PageRequest): Promise<Page<DeliveryRecord>>;
  removeOfWebhook(webhook: WebhookId): Promise<void>;
  removeOfApplication(application: ApplicationId): Promise<void>;
}

/** The way out: never to private addresses unless the installation allows it, never along a redirect, bounded in time. */
export interface WebhookWire {
  /** Throws `invalid-input` when the address is one that nothing is sent to. */
  check(url: string): Promise<void>;
  /** Resolves with what came back, whatever it was. */
  post(
    url: string,
    headers: Record<string, string>,
    body: string,
  ): Promise<Omit<AttemptRecord, 'at'>>;
}

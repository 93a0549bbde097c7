// Turns what happens into deliveries: each event becomes one document for each webhook that wants it, before the message
// is acknowledged. A message that is read twice makes them once.
import type { Delivered } from '@verity/domain/bus/ports';
import {
  eventOfAlert,
  eventOfRecord,
  eventsOfDecision,
  type WebhookEvent,
} from '@verity/domain/applications/webhook-events';
import type {
  Deliveries,
  DeliveryRecord,
  Webhooks,
} from '@verity/domain/applications/webhook-ports';
import type { Sessions } from '@verity/domain/identity/ports';
import type { Clock, NewId } from '@verity/domain/kernel/ports';
import type { ApplicationId, DeliveryId, SessionId } from '@verity/protocol/ids';
import { stage } from './stage';

export interface OutboxNeeds {
  sessions: Pick<Sessions, 'byId'>;
  webhooks: Pick<Webhooks, 'wanting'>;
  deliveries: Pick<Deliveries, 'add'>;
  /** Applications whose protected sites a session of Verity itself has entered. */
  sitesOf(session: SessionId): Promise<ApplicationId[]>;
  /** Something is due now. */
  onDue(): void;
  clock: Clock;
  newId: NewId;
}

interface Whose {
  applications: ApplicationId[];
  /** The application's name for the user; Verity's for people of its own. */
  userId: string;
}

/** Sessions of whose application is remembered that it never changes. */
const REMEMBERED = 20_000;

export function webhookOutboxStages(needs: OutboxNeeds) {
  const handedOver = new Map<SessionId, Whose>();

  const whoseIs = async (id: SessionId): Promise<Whose> => {
    const known = handedOver.get(id);
    if (known) return known;
    const session = await needs.sessions.byId(id);
    if (!session) return { applications: [], userId: '' };
    if (!session.applicationId) {
      return { applications: await needs.sitesOf(id), userId: session.userId };
    }
    const whose = {
      applications: [session.applicationId],
      userId: session.externalUserId ?? session.userId,
    };
    if (handedOver.size >= REMEMBERED) handedOver.clear();
    handedOver.set(id, whose);
    return whose;
  };

  const deliveriesOf = async (event: WebhookEvent): Promise<DeliveryRecord[]> => {
    const whose = event.session ? await whoseIs(event.session) : null;
    const wanting = whose
      ? await Promise.all(whose.applications.map((id) => needs.webhooks.wanting(event.kind, id)))
      : [await needs.webhooks.wanting(event.kind)];
    const user = whose ? { user_id: whose.userId } : {};
    const body = JSON.stringify({
      type: event.kind,
      timestamp: event.at,
      data: { ...event.data, ...user },
    });
    const now = needs.clock();
    return wanting
      .flat()
      .filter(({ createdAt }) => createdAt.getTime() <= Date.parse(event.at))
      .map(({ id, applicationId }) => ({
        id: needs.newId<DeliveryId>(),
        webhookId: id,
        applicationId,
        eventId: event.id,
        kind: event.kind,
        body,
        status: 'pending',
        attempts: [],
        attemptCount: 0,
        nextAttemptAt: now,
        dueSince: now,
        createdAt: now,
        deliveredAt: null,
      }));
  };

  const post = async (events: WebhookEvent[]): Promise<void> => {
    if (events.length === 0) return;
    const made = (await Promise.all(events.map(deliveriesOf))).flat();
    if (made.length === 0) return;
    await needs.deliveries.add(made);
    needs.onDue();
  };

  const common = { group: 'group:webhooks', writes: [], ordered: false } as const;
  return {
    decisions: stage({
      ...common,
      name: 'webhooks of decisions',
      stream: 'stream:ai_decisions',
      handle: (messages: Delivered<'stream:ai_decisions'>[]) =>
        post(messages.flatMap((each) => eventsOfDecision(each.message_id, each.payload))),
    }),
    alerts: stage({
      ...common,
      name: 'webhooks of alerts',
      stream: 'stream:alerts',
      handle: (messages: Delivered<'stream:alerts'>[]) =>
        post(present(messages.map((each) => eventOfAlert(each.message_id, each.payload)))),
    }),
    records: stage({
      ...common,
      name: 'webhooks of records',
      stream: 'stream:forensics',
      handle: (messages: Delivered<'stream:forensics'>[]) =>
        post(present(messages.map((each) => eventOfRecord(each.payload)))),
    }),
  };
}

const present = <T>(items: (T | null)[]): T[] => items.filter((item) => item !== null);

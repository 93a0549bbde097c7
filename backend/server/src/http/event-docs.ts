// The socket events in a form that can be shown: names, direction, rooms, producers, payloads.
import { CLIENT_EVENTS, SERVER_EVENTS } from '@verity/protocol/events';
import type { ClientEvent, ServerEvent } from '@verity/protocol/event';
import { SchemaBook, type JsonSchema } from './schema-book';
import { NAMED_SCHEMAS } from './schema-names';

export interface EventDescription {
  name: string;
  about: string;
  payload: JsonSchema;
  /** Client to server. */
  sent?: { who: readonly string[]; perSecond: number; whileStepUp: boolean; reply: JsonSchema };
  /** Server to client. */
  received?: { rooms: readonly string[]; producer: string; keptBy: readonly string[] | null };
}

export interface EventDescriptions {
  events: EventDescription[];
  schemas: Record<string, JsonSchema>;
}

export function describeEvents(): EventDescriptions {
  const book = new SchemaBook(NAMED_SCHEMAS);
  const sent = Object.entries<ClientEvent>(CLIENT_EVENTS).map(([name, event]) => ({
    name,
    about: event.about,
    payload: book.input(event.payload),
    sent: {
      who: event.who,
      perSecond: event.perSecond,
      whileStepUp: event.whileStepUp ?? false,
      reply: book.output(event.reply),
    },
  }));
  const received = Object.entries<ServerEvent>(SERVER_EVENTS).map(([name, event]) => ({
    name,
    about: event.about,
    payload: book.output(event.payload),
    received: { rooms: event.rooms, producer: event.producer, keptBy: event.keptBy ?? null },
  }));
  return { events: [...sent, ...received], schemas: book.components };
}

// docs/api/events.md: every socket event with direction, rooms, producer and payload.
import { describeEvents, type EventDescription } from '@verity/server/http/event-docs';
import { schemaText } from '@verity/server/http/schema-text';
import type { JsonSchema } from '@verity/server/http/schema-book';

export function eventsDocument(): string {
  const { events, schemas } = describeEvents();
  const sent = events.filter((event) => event.sent);
  const received = events.filter((event) => event.received);
  const types = Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1));
  return `<!-- Written by \`npm run generate\` from backend/protocol/src. -->

# Socket events

Over Socket.IO at \`/socket.io\`, with the access token in the handshake (\`auth: { token }\`). Who somebody
is comes from the token; nothing that an event claims about it is believed. Every event that a client sends is
acknowledged with \`{ ok: true, value }\`, or with \`{ ok: false, problem }\`, a problem of [faults.md](faults.md).

## At a glance

| event | direction | rooms, or who may send it | about |
|---|---|---|---|
${events.map(row).join('\n')}

## Client to server

${sent.map(sentSection).join('\n')}
## Server to client

${received.map(receivedSection).join('\n')}
## Types

${types.map(([name, schema]) => typeSection(name, schema)).join('\n')}`;
}

const inCell = (text: string): string => text.replaceAll('|', '\\|');

function row({ name, about, sent, received }: EventDescription): string {
  const where =
    sent?.who.join(', ') ?? received?.rooms.map((room) => `\`${room}\``).join(', ') ?? '';
  const direction = sent ? 'client to server' : 'server to client';
  return `| [\`${name}\`](#${name}) | ${direction} | ${where} | ${inCell(about)} |`;
}

const code = (schema: JsonSchema): string => {
  const text = schemaText(schema).map((piece) => (typeof piece === 'string' ? piece : piece.ref));
  return `\`\`\`ts\n${text.join('')}\n\`\`\`\n`;
};

const sentSection = ({ name, about, payload, sent }: EventDescription): string => `### ${name}

${about} At most ${sent?.perSecond} a second from one socket.${
  sent?.whileStepUp ? ' Taken also while the session must step up.' : ''
}

Payload:

${code(payload)}
Acknowledged with:

${code(sent?.reply ?? {})}`;

const receivedSection = ({
  name,
  about,
  payload,
  received,
}: EventDescription): string => `### ${name}

${about} To ${received?.rooms.map((room) => `\`${room}\``).join(', ')}. Made by ${received?.producer}.${keptSentence(received?.keptBy ?? null)}

${code(payload)}`;

const typeSection = (name: string, schema: JsonSchema): string => `### ${name}

${schema.description ?? ''}

${code(schema)}`;

/** What a client gets of it that was away. */
function keptSentence(keptBy: readonly string[] | null): string {
  if (!keptBy) return '';
  if (keptBy.length === 0) return ' Kept for clients that come back: the newest one.';
  return ` Kept for clients that come back: the newest one of each \`${keptBy.join('.')}\`.`;
}

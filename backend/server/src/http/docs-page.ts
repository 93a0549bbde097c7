// The page at /docs: the API and the socket events in one document, with its own style and script and no other asset.
import { DOCS_SCRIPT } from './docs-script';
import { DOCS_STYLE } from './docs-style';
import { describeEvents, type EventDescription } from './event-docs';
import { responseOf, type OpenApi, type Operation, type Parameter } from './openapi';
import type { JsonSchema } from './schema-book';
import { saidOf, schemaText } from './schema-text';

/** Written once; only the nonce of its policy is new each time. */
export function docsPage(document: OpenApi): (nonce: string) => string {
  const { events, schemas } = describeEvents();
  const known = { ...schemas, ...document.components.schemas };
  const { title, version, description } = document.info;
  const body = [
    `<header><h1>${title} <small>${escape(version)}</small></h1>`,
    `<p>${escape(description)} Machine-readable: <a href="/api/v1/openapi.json">openapi.json</a>.</p>`,
    signIn(),
    '</header>',
    contents(document),
    '<main>',
    ...document.tags.map((tag) => subject(tag, document)),
    eventsSection(events),
    schemasSection(known),
    '<p id="none" hidden>Nothing here has these words. Search for a path, an event or a schema.</p>',
    '</main>',
  ].join('\n');
  return (nonce) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} API</title>
<style nonce="${nonce}">${DOCS_STYLE}</style>
</head>
<body>
${body}
<script nonce="${nonce}">${DOCS_SCRIPT}</script>
</body>
</html>
`;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (text: string): string => text.replace(/[&<>"]/g, (each) => ENTITIES[each] ?? each);

/** Text with `code` in it. */
const prose = (text: string): string => escape(text).replace(/`([^`]+)`/g, '<code>$1</code>');

const schemaHtml = (schema: JsonSchema): string =>
  schemaText(schema)
    .map((piece) =>
      typeof piece === 'string' ? escape(piece) : `<a href="#schema-${piece.ref}">${piece.ref}</a>`,
    )
    .join('');

/** A scroll box that a keyboard can reach, as it may be wider than the page. */
const block = (schema: JsonSchema): string =>
  `<pre tabindex="0"><code>${schemaHtml(schema)}</code></pre>`;

const signIn = (): string => `<form id="token" class="row">
<label for="bearer">Access token for trying things out</label>
<input id="bearer" type="password" autocomplete="off" placeholder="kept in this page alone">
<button type="button" id="borrow">Use my sign-in</button>
<output id="signed" for="bearer"></output>
</form>`;

function contents({ tags }: OpenApi): string {
  const links = [...tags.map(({ name }) => name), 'events', 'schemas'].map(
    (name) => `<li><a href="#${name}">${name}</a></li>`,
  );
  return `<nav aria-label="Contents">
<label for="search">Search</label>
<input id="search" type="search" placeholder="path, event, schema…  ( / )">
<ul>${links.join('')}</ul>
</nav>`;
}

function subject(tag: OpenApi['tags'][number], document: OpenApi): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => operation.tags.includes(tag.name))
      .map(([method, operation]) => operationHtml(method, path, operation, document)),
  );
  return section(tag.name, tag.description, operations);
}

const section = (id: string, about: string, entries: string[]): string =>
  `<section id="${id}"><h2>${id}</h2><p>${prose(about)}</p>\n${entries.join('\n')}\n</section>`;

/** One thing that can be searched for, opened and linked to. */
const entry = (id: string, label: string, name: string, about: string, inside: string): string =>
  `<details id="${id}" data-words="${escape(`${label} ${name} ${about}`.toLowerCase())}">
<summary><b class="${label.toLowerCase()}">${label}</b> <code>${escape(name)}</code> <span>${prose(about)}</span></summary>
<div>${inside}</div>
</details>`;

function operationHtml(
  method: string,
  path: string,
  operation: Operation,
  document: OpenApi,
): string {
  const parts = [
    `<p>${whoMay(operation)}</p>`,
    operation.parameters ? parametersHtml(operation.parameters) : '',
    operation.requestBody ? `<h3>Body</h3>${contentHtml(operation.requestBody.content)}` : '',
    '<h3>Replies</h3>',
    ...Object.entries(operation.responses).map(([status, shared]) => {
      const response = responseOf(document, shared);
      const refusal = response['x-codes'] ? '' : contentHtml(response.content);
      return `<p><b>${status}</b> ${prose(response.description)}</p>${refusal}`;
    }),
    method === 'get' ? tryOut(path, operation.parameters ?? []) : '',
  ];
  const verb = method.toUpperCase();
  return entry(operation.operationId, verb, path, operation.summary, parts.join('\n'));
}

function whoMay(operation: Operation): string {
  const roles = operation['x-roles'].join(', ');
  const scopes = operation['x-scopes'].map((scope) => `<code>${scope}</code>`).join(' or ');
  return [
    roles ? `For ${roles}${scopes ? `, and API keys with ${scopes}` : ''}.` : 'For anyone.',
    `Sensitivity ${operation['x-sensitivity']}, ${operation['x-requests-a-minute']} requests a minute.`,
    roles && operation['x-while-step-up'] ? 'Answers also while a session must step up.' : '',
  ].join(' ');
}

const contentHtml = (content: Record<string, { schema: JsonSchema }>): string =>
  Object.entries(content)
    .map(([type, { schema }]) =>
      type === 'application/json' ? block(schema) : `<p><code>${type}</code></p>`,
    )
    .join('');

function parametersHtml(parameters: Parameter[]): string {
  const rows = parameters.map(({ name, in: place, required, schema, explode }) => {
    const said = [required ? 'needed' : '', saidOf(schema), explode === false ? 'by comma' : '']
      .filter(Boolean)
      .join(', ');
    return `<tr><td><code>${name}</code></td><td>${place}</td><td><code>${schemaHtml(schema)}</code></td><td>${escape(said)}</td></tr>`;
  });
  return `<h3>Parameters</h3><div class="wide" tabindex="0"><table>
<thead><tr><th>Name</th><th>In</th><th>Type</th><th>Notes</th></tr></thead>
<tbody>${rows.join('')}</tbody></table></div>`;
}

function tryOut(path: string, parameters: Parameter[]): string {
  const inputs = parameters.map(
    ({ name, in: place, required }) =>
      `<label>${name} <input name="${name}" data-in="${place}"${required ? ' required' : ''}></label>`,
  );
  return `<form class="try row" data-path="${escape(path)}">${inputs.join('')}<button>Try it</button></form>
<pre class="answer" tabindex="0" hidden></pre>`;
}

function eventsSection(events: EventDescription[]): string {
  const about =
    'Over Socket.IO at /socket.io with the access token in the handshake (`auth: { token }`). Each event that a client sends is acknowledged with `{ ok: true, value }` or `{ ok: false, problem }`.';
  return section('events', about, events.map(eventHtml));
}

function eventHtml({ name, about, payload, sent, received }: EventDescription): string {
  const facts = sent
    ? `<p>For ${sent.who.join(', ')}; ${sent.perSecond} a second${sent.whileStepUp ? '; also while the session must step up' : ''}.</p>`
    : `<p>To ${received?.rooms.map((room) => `<code>${escape(room)}</code>`).join(', ')}; made by ${escape(received?.producer ?? '')}.</p>`;
  const answer = sent ? `<h3>Acknowledgement</h3>${block(sent.reply)}` : '';
  const inside = `${facts}<h3>Payload</h3>${block(payload)}${answer}`;
  return entry(`event-${name}`, sent ? 'SEND' : 'HEAR', name, about, inside);
}

function schemasSection(schemas: Record<string, JsonSchema>): string {
  const entries = Object.entries(schemas)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, schema]) => {
      const about = schema.description ?? '';
      return entry(`schema-${name}`, 'TYPE', name, about, block(schema));
    });
  return section('schemas', 'What routes and events speak of.', entries);
}

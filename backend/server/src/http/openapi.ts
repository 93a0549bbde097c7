// The OpenAPI 3.1 description, made of the declared routes alone.
import { z } from 'zod';
import { FAULTS, type FaultCode } from '@verity/protocol/faults';
import { ROUTES } from '@verity/protocol/routes';
import type { Route, RouteTable } from '@verity/protocol/route';
import { SchemaBook, type JsonSchema } from './schema-book';
import { NAMED_SCHEMAS } from './schema-names';

export interface OpenApi {
  openapi: string;
  info: { title: string; version: string; description: string; license: object };
  servers: { url: string }[];
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, JsonSchema>;
    responses: Record<string, Response>;
    securitySchemes: object;
  };
}

export interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  security: Record<string, string[]>[];
  parameters?: Parameter[];
  requestBody?: { required: true; content: Record<string, { schema: JsonSchema }> };
  /** Refusals are shared: they are references into the components. */
  responses: Record<string, Response | { $ref: string }>;
  'x-roles': readonly string[];
  'x-scopes': readonly string[];
  'x-sensitivity': string;
  'x-requests-a-minute': number;
  'x-while-step-up': boolean;
  /** Served only on proof so fresh (seconds) and so strong; see `acr_values` of RFC 9470. */
  'x-freshness'?: { max_age: number; acr: string };
}

export interface Parameter {
  name: string;
  in: 'path' | 'query';
  required: boolean;
  schema: JsonSchema;
  style?: 'form';
  explode?: boolean;
}

export interface Response {
  description: string;
  content: Record<string, { schema: JsonSchema }>;
  headers?: Record<string, { description: string; schema: JsonSchema }>;
  /** Codes of the problems that it may carry. */
  'x-codes'?: FaultCode[];
}

const SUBJECTS: Record<string, string> = {
  identity: 'People, their sessions and devices, and API keys.',
  risk: 'The score of a session, its reasons and its course.',
  policy: 'The rules that decide what a session may do, in versions.',
  jobs: 'Work beside the platform: what runs and ran, schedules, queues.',
  alerts: 'The queue of what a human must look at.',
  applications: 'Applications that hand over sessions, ask for decisions and are told by webhooks.',
  attack: 'What sensors saw of attackers.',
  network: 'What sensors measured of the traffic of facilities.',
  audit: 'The record of everything that matters, in a log that anybody can check.',
  operations: 'Health, metrics, and what an operator needs.',
};

/** Per minute and caller, where a route does not say otherwise. */
const REQUESTS_A_MINUTE = 300;

/** Not ready is no fault: the reply says which part is away. */
const ALSO_ANSWERS: Record<string, { status: string; why: string }> = {
  'GET /health/ready': { status: '503', why: 'A dependency is away; the body says which.' },
};

const CODES = Object.keys(FAULTS) as FaultCode[];

const ProblemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  code: z.enum(CODES),
  fix: z.string().optional(),
  issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  retry_after: z.number().optional(),
  acr_values: z.string().optional(),
  max_age: z.number().int().optional(),
  instance: z.string().optional(),
});

export function openApi(version: string, routes: RouteTable = ROUTES): OpenApi {
  const about =
    'What went wrong (RFC 9457). `detail` says what, `fix` how to mend it, `issues` where in the input.';
  const book = new SchemaBook({ ...NAMED_SCHEMAS, Problem: [ProblemSchema, about] });
  const refusals: Record<string, Response> = {};
  const paths: OpenApi['paths'] = {};
  const subjects = new Set<string>();
  for (const [key, route] of Object.entries<Route>(routes)) {
    const [method = '', path = ''] = key.split(' ');
    subjects.add(route.subject);
    const address = path.replace(/:(\w+)/g, '{$1}');
    (paths[address] ??= {})[method.toLowerCase()] = operation(key, method, path, route, {
      book,
      refusals,
    });
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Verity',
      version,
      description:
        'Self-hosted zero-trust risk platform. Every reply is JSON; every error is a problem of RFC 9457 with a code. ' +
        'Sign in at POST /api/v1/auth/login and send the token as Bearer, or send an API key. ' +
        'Proof of identity has three classes, from weak to strong: urn:verity:acr:pwd (password), urn:verity:acr:otp ' +
        '(one-time or recovery code), urn:verity:acr:phr (passkey). A token carries the newest as acr, auth_time, amr.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...subjects].map((name) => ({ name, description: SUBJECTS[name] ?? '' })),
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(book.components).sort(byName)),
      responses: Object.fromEntries(Object.entries(refusals).sort(byName)),
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'The access token of a signed-in person (ES256, bound to a session).',
        },
        api_key: {
          type: 'apiKey',
          in: 'header',
          name: 'X-Api-Key',
          description: 'A scoped key of an application. Or: "Authorization: ApiKey <key>".',
        },
      },
    },
  };
}

/** What operations write once for all of them. */
interface Shared {
  book: SchemaBook;
  refusals: Record<string, Response>;
}

const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1);

function operation(
  key: string,
  method: string,
  path: string,
  route: Route,
  { book, refusals }: Shared,
): Operation {
  const who = route.who === 'anyone' ? undefined : route.who;
  const scopes = who?.scopes ?? [];
  const parameters = [
    ...parametersOf('path', route.params, book),
    ...parametersOf('query', route.query, book),
  ];
  const json = (schema: JsonSchema) => ({ 'application/json': { schema } });
  return {
    operationId: operationId(method, path),
    tags: [route.subject],
    summary: route.summary,
    security: who ? [{ bearer: [] }, ...(scopes.length > 0 ? [{ api_key: [] }] : [])] : [],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(route.body
      ? { requestBody: { required: true as const, content: json(book.input(route.body)) } }
      : {}),
    responses: responsesOf(key, method, path, route, { book, refusals }),
    'x-roles': who?.roles ?? [],
    'x-scopes': scopes,
    'x-sensitivity': route.sensitivity,
    'x-requests-a-minute': route.perMinute ?? REQUESTS_A_MINUTE,
    'x-while-step-up': route.whileStepUp ?? route.who === 'anyone',
    ...(route.freshness
      ? { 'x-freshness': { max_age: route.freshness.maxAgeSeconds, acr: route.freshness.acr } }
      : {}),
  };
}

/** `GET /api/v1/sessions/:id/risk` is `getSessionsByIdRisk`. */
function operationId(method: string, path: string): string {
  const words = path
    .replace(/^\/api(\/v1)?\b/, '')
    .replace(/:(\w+)/g, 'by-$1')
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean);
  return (
    method.toLowerCase() + words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join('')
  );
}

function parametersOf(
  place: Parameter['in'],
  schema: z.ZodType | undefined,
  book: SchemaBook,
): Parameter[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = book.input(schema);
  return Object.entries(properties).map(([name, each]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: each,
    // Several values are one, joined by commas.
    ...(each.type === 'array' ? { style: 'form' as const, explode: false } : {}),
  }));
}

function responsesOf(
  key: string,
  method: string,
  path: string,
  route: Route,
  { book, refusals }: Shared,
): Operation['responses'] {
  const content =
    typeof route.reply === 'string'
      ? { [route.reply]: { schema: { type: 'string' } } }
      : { 'application/json': { schema: book.output(route.reply) } };
  const responses: Operation['responses'] = { '200': { description: 'Done.', content } };
  const byStatus = new Map<string, FaultCode[]>();
  for (const code of faultsOf(method, path, route)) {
    const status = String(FAULTS[code].status);
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  for (const [status, codes] of byStatus) {
    const name = codes.map(pascal).join('Or');
    refusals[name] ??= refusal(status, codes, book);
    responses[status] = { $ref: `#/components/responses/${name}` };
  }
  const also = ALSO_ANSWERS[key];
  if (also) responses[also.status] = { description: also.why, content };
  return responses;
}

const pascal = (code: string): string =>
  code.replace(/(^|-)([a-z])/g, (_, _hyphen, letter: string) => letter.toUpperCase());

const refusal = (status: string, codes: FaultCode[], book: SchemaBook): Response => ({
  description: codes.map((each) => `${FAULTS[each].title} (\`${each}\`).`).join(' '),
  content: { 'application/problem+json': { schema: book.output(ProblemSchema) } },
  ...headersOf(status),
  'x-codes': codes,
});

/** The response that a reference into the components means. */
export function responseOf(
  document: Pick<OpenApi, 'components'>,
  response: Response | { $ref: string },
): Response {
  if (!('$ref' in response)) return response;
  const found = document.components.responses[response.$ref.replace(/^.*\//, '')];
  if (!found) throw new Error(`${response.$ref} is nowhere`);
  return found;
}

/** What the door of a route may refuse with, and what its handler adds; in the order of the table. */
export function faultsOf(method: string, path: string, route: Route): FaultCode[] {
  const reads = method === 'GET';
  const may = new Set<FaultCode>(['too-fast', 'internal', ...(route.faults ?? [])]);
  const when = (holds: boolean, ...codes: FaultCode[]): void => {
    if (holds) for (const code of codes) may.add(code);
  };
  when(Boolean(route.params ?? route.query ?? route.body) || !reads, 'invalid-input');
  when(route.body !== undefined, 'too-large', 'unsupported-type');
  when(path.includes('/:'), 'not-found');
  // A write goes on record, and the bus may be full.
  when(!reads, 'back-pressure', 'unavailable');
  if (route.who !== 'anyone') {
    may.add('not-signed-in').add('token-expired').add('session-ended').add('not-allowed');
    may.add('unavailable');
    when(!route.whileStepUp || route.freshness !== undefined, 'step-up-required');
    when(!route.whileStepUp && !(reads && route.sensitivity === 'low'), 'session-restricted');
  }
  return CODES.filter((code) => may.has(code));
}

function headersOf(status: string): Pick<Response, 'headers'> {
  const header = (name: string, description: string, type: string) => ({
    headers: { [name]: { description, schema: { type } } },
  });
  if (status === '401') {
    return header(
      'WWW-Authenticate',
      'The challenge; a step-up names acr_values, and max_age where the route declares x-freshness (RFC 9470).',
      'string',
    );
  }
  if (status === '429') return header('Retry-After', 'Seconds to wait.', 'integer');
  return {};
}

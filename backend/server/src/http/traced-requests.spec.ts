// Spans of HTTP requests as a real OTLP/HTTP collector receives them.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunningTracer } from '@verity/adapters/tracing/open-tracer';
import {
  openCollector,
  type Collector,
  type ReceivedSpan,
} from '../../../../scripts/testing/otlp-collector';
import { doorServer, reached, rightsLike, type SpecServer } from './spec-server';

const TRACE = 'a'.repeat(32);
const PARENT = `00-${TRACE}-${'b'.repeat(16)}-01`;

let collector: Collector;
let tracer: RunningTracer;
let open: SpecServer;
let behindProxy: SpecServer;

beforeAll(async () => {
  collector = await openCollector();
  tracer = collector.tracer();
  const broken = { 'GET /health/live': () => Promise.reject(new Error('broken')) };

  const sessionRights = () => Promise.resolve(rightsLike({ role: 'admin' }));
  open = await doorServer({ tracer, sessionRights, handlers: [{ ...reached(), ...broken }] });
  behindProxy = await doorServer({ tracer }, { trustedProxies: '1' });
});
afterAll(async () => {
  await Promise.all([open.close(), behindProxy.close()]);
  await tracer.stop();
  collector.close();
});

/** The spans of these requests, in no order. */
async function spansOf(requests: () => Promise<unknown>, count: number): Promise<ReceivedSpan[]> {
  const before = collector.spans.length;
  await requests();
  await expect.poll(() => collector.spans.length - before).toBeGreaterThanOrEqual(count);
  return collector.spans.slice(before);
}

const facts = ({ attributes }: ReceivedSpan): Record<string, unknown> =>
  Object.fromEntries(
    attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue]),
  );

it('bears the declared route, its status, and nothing of who asked or what for', async () => {
  const secret = '01890a5d-ac96-774b-bcce-b302099a8057';
  const authorization = 'Bearer admin';
  const [span] = await spansOf(
    () => open.call('GET', `/api/v1/sessions/${secret}`, { headers: { authorization } }),
    1,
  );
  expect(span?.name).toBe('GET /api/v1/sessions/:id');
  expect(facts(span as ReceivedSpan)).toMatchObject({
    'http.request.method': 'GET',
    'http.route': '/api/v1/sessions/:id',
    'http.response.status_code': 409,
  });
  expect(JSON.stringify(span)).not.toContain(secret);
});

it('of what is nowhere bears its method alone', async () => {
  const [span] = await spansOf(() => open.call('GET', '/api/v1/no-such-thing'), 1);
  expect(span?.name).toBe('GET');
  expect(JSON.stringify(span)).not.toContain('no-such-thing');
});

it('goes on in the trace of a proxy that is trusted, and of nobody else', async () => {
  const headers = { traceparent: PARENT };
  const [own] = await spansOf(() => open.call('GET', '/health', { headers }), 1);
  expect(own?.traceId).not.toBe(TRACE);
  expect(own?.parentSpanId).toBeFalsy();
  const [followed] = await spansOf(() => behindProxy.call('GET', '/health', { headers }), 1);
  expect(followed).toMatchObject({ traceId: TRACE, parentSpanId: 'b'.repeat(16) });
});

it('says when the platform itself failed', async () => {
  const [span] = await spansOf(() => open.call('GET', '/health/live'), 1);
  expect(facts(span as ReceivedSpan)).toMatchObject({ 'http.response.status_code': 500 });
  expect(span?.status?.code).toBe(2);
});

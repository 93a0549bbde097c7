// One trace from a socket event to the decision, as a real OTLP/HTTP collector receives it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTracer, type RunningTracer } from '@verity/adapters/tracing/open-tracer';
import { ConfigSchema } from '@verity/adapters/config';
import {
  openCollector,
  type Collector,
  type ReceivedSpan,
} from '../../../../scripts/testing/otlp-collector';
import { connect, openWorld, until, type World } from '../../../../scripts/testing/socket-world';

let collector: Collector;
let tracer: RunningTracer;
let world: World;

beforeAll(async () => {
  collector = await openCollector();
  tracer = collector.tracer({ OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=a%20b' });
  world = await openWorld(undefined, tracer);
});
afterAll(async () => {
  await world.close();
  await tracer.stop();
  collector.close();
});

describe('a batch of behaviour', () => {
  it('is one trace from the socket through the bus to the decision, and tells of nobody', async () => {
    const server = await world.startServer();
    await world.startStages();
    const { token, session } = await world.signIn();
    const client = await connect(server.url, token);
    expect(await client.batch()).toMatchObject({ ok: true });
    const named = (name: string): ReceivedSpan | undefined =>
      collector.spans.find((span) => span.name === name);
    const names = [
      'socket behavioral_data',
      'publish stream:telemetry',
      'detect',
      'score',
      'decide',
      'enforce',
    ];
    await until(() => names.every(named), 'every span', 20_000);
    const chain = names.map((name) => named(name) as ReceivedSpan);
    expect(new Set(chain.map(({ traceId }) => traceId)).size).toBe(1);
    expect(chain[0]?.parentSpanId).toBeFalsy();
    for (const [index, span] of chain.entries()) {
      if (index > 0) expect(span.parentSpanId).toBe(chain[index - 1]?.spanId);
    }
    const detect = named('detect')?.attributes.map(({ key, value }) => [key, value.stringValue]);
    expect(detect).toContainEqual(['messaging.destination.name', 'stream:telemetry']);
    const everything = collector.bodies.join('\n');
    expect(everything).toContain('/v1/traces');
    expect(everything).toContain('"x-tenant":"a b"');
    for (const secret of [session.id, session.userId, session.userEmail, token, '127.0.0.1"']) {
      expect(collector.bodies.map((body) => body.slice(body.indexOf('} {'))).join()).not.toContain(
        secret,
      );
    }
  });

  it('names the fault that an event ended in', async () => {
    const server = await world.startServer();
    const { token } = await world.signIn();
    const client = await connect(server.url, token);
    await client.batch({ started_at: Date.now() + 3_600_000 });
    const refused = (): ReceivedSpan | undefined =>
      collector.spans.find(({ attributes }) =>
        attributes.some(
          ({ key, value }) => key === 'error.type' && value.stringValue === 'from-the-future',
        ),
      );
    expect((await until(refused, 'the span')).name).toBe('socket behavioral_data');
  });
});

describe('the tracer', () => {
  it('is not there when no collector is named', () => {
    const config = ConfigSchema.parse({
      RABBITMQ_URL: 'amqp://localhost',
      MONGODB_URL: 'mongodb://127.0.0.1/x',
      MASTER_KEY: 'a'.repeat(64),
    });
    const log = { warn: () => undefined };
    expect(openTracer(config, { instance: '', version: '', log })).toBeUndefined();
  });

  it('records as its sampler says, and goes on in the trace of a cause that is recorded', async () => {
    const off = collector.tracer({ OTEL_TRACES_SAMPLER: 'parentbased_always_off' });
    const unrecorded = off.start('x', { kind: 'server' });
    expect(unrecorded.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    expect(unrecorded.run(() => off.active())).toBeUndefined();
    const parent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    expect(off.start('x', { kind: 'consumer', parent }).traceparent).toMatch(
      new RegExp(`^00-${'a'.repeat(32)}-[0-9a-f]{16}-01$`),
    );
    for (const nonsense of ['', 'x', `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`]) {
      const { traceparent } = off.start('x', { kind: 'server', parent: nonsense });
      expect(traceparent).toMatch(/-00$/);
    }
    await off.stop();
  });
});

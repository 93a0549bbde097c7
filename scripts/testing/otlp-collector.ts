// A collector of traces for specs: a real OTLP/HTTP receiver that keeps what it was sent, and tracers that send there.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigSchema } from '@verity/adapters/config';
import { openTracer } from '@verity/adapters/tracing/open-tracer';

export interface ReceivedSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  attributes: { key: string; value: { stringValue?: string; intValue?: number } }[];
  status?: { code?: number; message?: string };
}

export async function openCollector() {
  const spans: ReceivedSpan[] = [];
  /** Path, headers and body of each request. */
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      bodies.push(`${request.url} ${JSON.stringify(request.headers)} ${body}`);
      const { resourceSpans } = JSON.parse(body) as {
        resourceSpans: { scopeSpans: { spans: ReceivedSpan[] }[] }[];
      };
      for (const { scopeSpans } of resourceSpans) {
        for (const scope of scopeSpans) spans.push(...scope.spans);
      }
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    spans,
    bodies,
    /** A tracer by further settings of the environment. */
    tracer(env: Record<string, string> = {}) {
      const config = ConfigSchema.parse({
        RABBITMQ_URL: 'amqp://localhost',
        MONGODB_URL: 'mongodb://127.0.0.1/x',
        MASTER_KEY: 'a'.repeat(64),
        OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
        ...env,
      });
      const log = { warn: () => undefined };
      const tracer = openTracer(config, { instance: 'spec', version: '0', log });
      if (!tracer) throw new Error('the tracer was not opened');
      return tracer;
    },
    close: () => void server.close(),
  };
}

export type Collector = Awaited<ReturnType<typeof openCollector>>;

// Traces to an OpenTelemetry collector over OTLP/HTTP. Nothing of it is even loaded when no collector is named.
import { createRequire } from 'node:module';
import type * as Api from '@opentelemetry/api';
import type { Context, SpanContext } from '@opentelemetry/api';
import type * as Contexts from '@opentelemetry/context-async-hooks';
import type * as Exporter from '@opentelemetry/exporter-trace-otlp-http';
import type * as Resources from '@opentelemetry/resources';
import type * as Sdk from '@opentelemetry/sdk-trace-base';
import type { Sampler } from '@opentelemetry/sdk-trace-base';
import type { SpanOptions, Tracer } from '@verity/domain/kernel/tracing-ports';
import type { Config } from '../config';
import type { Log } from '../log';

export type TracingConfig = Pick<
  Config,
  | 'OTEL_EXPORTER_OTLP_ENDPOINT'
  | 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'
  | 'OTEL_EXPORTER_OTLP_HEADERS'
  | 'OTEL_SERVICE_NAME'
  | 'OTEL_TRACES_SAMPLER'
  | 'OTEL_TRACES_SAMPLER_ARG'
>;

export interface RunningTracer extends Tracer {
  /** Sends what has not been sent yet, within some seconds. */
  stop(): Promise<void>;
}

/** Spans wait so long for others to be sent with. */
const SEND_EVERY_MS = 1_000;
const PATIENCE_MS = 5_000;
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Undefined when the configuration names no collector. */
export function openTracer(
  config: TracingConfig,
  { instance, version, log }: { instance: string; version: string; log: Pick<Log, 'warn'> },
): RunningTracer | undefined {
  const url = tracesUrl(config);
  if (!url) return undefined;
  // As CommonJS: their ES modules name files without an extension, which Node does not load.
  const load = createRequire(import.meta.url);
  const api = load('@opentelemetry/api') as typeof Api;
  const sdk = load('@opentelemetry/sdk-trace-base') as typeof Sdk;
  const { OTLPTraceExporter } = load('@opentelemetry/exporter-trace-otlp-http') as typeof Exporter;
  const contexts = load('@opentelemetry/context-async-hooks') as typeof Contexts;
  const { resourceFromAttributes } = load('@opentelemetry/resources') as typeof Resources;
  const trouble = (sentence: string): void =>
    log.warn({ problem: sentence.slice(0, 300) }, 'traces could not be sent');
  api.diag.setLogger(
    { error: trouble, warn: trouble, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: api.DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  const provider = new sdk.BasicTracerProvider({
    resource: resourceFromAttributes({
      'service.name': config.OTEL_SERVICE_NAME,
      'service.version': version,
      'service.instance.id': instance,
    }),
    sampler: samplerOf(config, sdk),
    spanProcessors: [
      new sdk.BatchSpanProcessor(
        new OTLPTraceExporter({
          url,
          headers: headersOf(config.OTEL_EXPORTER_OTLP_HEADERS),
          timeoutMillis: PATIENCE_MS,
        }),
        { scheduledDelayMillis: SEND_EVERY_MS, exportTimeoutMillis: PATIENCE_MS },
      ),
    ],
  });
  const tracer = provider.getTracer('verity', version);
  const manager = new contexts.AsyncLocalStorageContextManager().enable();
  const kinds = {
    server: api.SpanKind.SERVER,
    producer: api.SpanKind.PRODUCER,
    consumer: api.SpanKind.CONSUMER,
  };

  const contextOf = (parent: string | undefined): Context => {
    if (parent === undefined) return manager.active();
    const remote = readTraceparent(parent);
    return remote ? api.trace.setSpanContext(api.ROOT_CONTEXT, remote) : api.ROOT_CONTEXT;
  };

  return {
    start(name, { kind, parent, facts }: SpanOptions) {
      const around = contextOf(parent);
      const span = tracer.startSpan(name, { kind: kinds[kind], attributes: facts ?? {} }, around);
      const inside = api.trace.setSpan(around, span);
      return {
        traceparent: writeTraceparent(span.spanContext()),
        run: (work) => manager.with(inside, work),
        rename(to, more) {
          span.updateName(to);
          span.setAttributes(more);
        },
        end(code) {
          if (code !== undefined) {
            span.setAttribute('error.type', code);
            span.setStatus({ code: api.SpanStatusCode.ERROR });
          }
          span.end();
        },
      };
    },
    active() {
      const span = api.trace.getSpanContext(manager.active());
      return span && (span.traceFlags & api.TraceFlags.SAMPLED) !== 0
        ? writeTraceparent(span)
        : undefined;
    },
    async stop() {
      await provider.shutdown();
      manager.disable();
    },
  };
}

/** The address of one kind of signal is taken as it is, that of all of them is a base (OTLP exporter specification). */
function tracesUrl(config: TracingConfig): string | undefined {
  if (config.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) return config.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT;
  const base = config.OTEL_EXPORTER_OTLP_ENDPOINT;
  return base && `${base.replace(/\/+$/, '')}/v1/traces`;
}

/** `key=value` by comma, values percent-encoded. */
const headersOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split(',')
      .filter((pair) => pair.includes('='))
      .map((pair) => {
        const at = pair.indexOf('=');
        return [pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())];
      }),
  );

function samplerOf(
  { OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: share }: TracingConfig,
  sdk: typeof Sdk,
): Sampler {
  const roots: Record<string, () => Sampler> = {
    always_on: () => new sdk.AlwaysOnSampler(),
    always_off: () => new sdk.AlwaysOffSampler(),
    traceidratio: () => new sdk.TraceIdRatioBasedSampler(share),
  };
  const root = (roots[name.replace('parentbased_', '')] ?? roots.always_on)!();
  return name.startsWith('parentbased_') ? new sdk.ParentBasedSampler({ root }) : root;
}

function readTraceparent(text: string): SpanContext | undefined {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(text) ?? [];
  if (!traceId || !spanId || !flags || /^0+$/.test(traceId) || /^0+$/.test(spanId))
    return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
}

const writeTraceparent = ({ traceId, spanId, traceFlags }: SpanContext): string =>
  `00-${traceId}-${spanId}-${(traceFlags & 1).toString(16).padStart(2, '0')}`;

const ignore = (): void => undefined;

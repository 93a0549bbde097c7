// Traces as every subject sees them: a span around a piece of work, and the W3C context that travels to the next one.

/** Facts of a span: names of routes, events, streams and faults; never ids, addresses or anything that somebody typed. */
export type SpanFacts = Record<string, string | number>;

export interface SpanOptions {
  kind: 'server' | 'producer' | 'consumer';
  /** W3C `traceparent` of the cause; the span that is active here when left out. */
  parent?: string | undefined;
  facts?: SpanFacts;
}

export interface Span {
  /** W3C `traceparent` for whatever this span causes. */
  readonly traceparent: string;
  /** Does a piece of work as part of the span. */
  run<T>(work: () => T): T;
  /** Once more is known. */
  rename(name: string, facts: SpanFacts): void;
  /** `code` names the fault that it ended in. */
  end(code?: string): void;
}

export interface Tracer {
  start(name: string, options: SpanOptions): Span;
  /** W3C `traceparent` of the span that is active here and recorded; undefined without one. */
  active(): string | undefined;
}

/** True when the trace is recorded: its sampled flag is set (W3C Trace Context, section 3.2.2.5). */
export const isRecorded = (traceparent: string | undefined): traceparent is string =>
  traceparent?.endsWith('-01') === true;

/** Runs work as a span; without a tracer it just runs. `codeOf` names the fault that an error is. */
export async function traced<T>(
  tracer: Tracer | undefined,
  name: string,
  options: SpanOptions,
  codeOf: (error: unknown) => string,
  work: () => Promise<T>,
): Promise<T> {
  if (!tracer) return work();
  const span = tracer.start(name, options);
  try {
    const result = await span.run(work);
    span.end();
    return result;
  } catch (error) {
    span.end(codeOf(error));
    throw error;
  }
}

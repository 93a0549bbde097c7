// Spans of the bus: one around each publishing and each handling of a message whose trace is recorded.
import type { Delivered } from '@verity/domain/bus/ports';
import { isRecorded, type Span, type Tracer } from '@verity/domain/kernel/tracing-ports';
import type { StreamName } from '@verity/protocol/streams';
import { describeError } from './dead-letter';

/** Publishes as a span under its cause; without one that is recorded, or without a tracer, just publishes. */
export function publishing(
  tracer: Tracer | undefined,
  stream: StreamName,
  given: string | undefined,
  publish: (traceparent: string | undefined) => Promise<string>,
): Promise<string> {
  const cause = given ?? tracer?.active();
  if (!tracer || !isRecorded(cause)) return publish(given);
  const span = tracer.start(`publish ${stream}`, {
    kind: 'producer',
    parent: cause,
    facts: { 'messaging.system': 'redis', 'messaging.destination.name': stream },
  });
  return ended(span, publish(span.traceparent));
}

/** Begins the spans of a batch: what its messages cause from now on is caused by them. */
export function handling(
  tracer: Tracer | undefined,
  name: string,
  group: string,
  batch: Delivered<StreamName>[],
): Span[] {
  if (!tracer) return [];
  const spans: Span[] = [];
  for (const message of batch) {
    if (!isRecorded(message.traceparent)) continue;
    const span = tracer.start(name, {
      kind: 'consumer',
      parent: message.traceparent,
      facts: {
        'messaging.system': 'redis',
        'messaging.destination.name': message.stream,
        'messaging.consumer.group.name': group,
        'messaging.batch.message_count': batch.length,
      },
    });
    message.traceparent = span.traceparent;
    spans.push(span);
  }
  return spans;
}

/** Ends them with the work; what a message that came alone does elsewhere is part of its span. */
export async function within<T>(spans: Span[], work: () => Promise<T>): Promise<T> {
  const [only, ...others] = spans;
  if (!only) return work();
  let code: string | undefined;
  try {
    return await (others.length === 0 ? only.run(work) : work());
  } catch (error) {
    code = describeError(error);
    throw error;
  } finally {
    for (const span of spans) span.end(code);
  }
}

async function ended(span: Span, published: Promise<string>): Promise<string> {
  try {
    const id = await published;
    span.end();
    return id;
  } catch (error) {
    span.end(describeError(error));
    throw error;
  }
}

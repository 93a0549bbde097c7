// The envelope of a message: sealed once when it is published, opened and checked when it is delivered.
import { Fault } from '@verity/protocol/faults';
import { parse } from '@verity/protocol/parse';
import {
  Envelope,
  PAYLOADS,
  QUICK_CHECKS,
  type Payload,
  type StreamName,
} from '@verity/protocol/streams';
import type { MessageId } from '@verity/protocol/ids';
import type { Delivered, PublishOptions } from '@verity/domain/bus/ports';
import type { BusContext } from './settings';

/** A stream entry as Redis answers it: id, and fields with their values in turn. */
export type Entry = [id: string, fields: string[]];

export type Seal = <S extends StreamName>(
  stream: S,
  payload: Payload<S>,
  options?: PublishOptions,
) => string;
type Maker = Pick<BusContext, 'clock' | 'newId' | 'producerId'>;

/** Throws `invalid-input` when the payload does not fit its stream. */
export function createSeal(maker: Maker): Seal {
  return (stream, payload, options) => {
    const checked = parse(PAYLOADS[stream], payload, `payload of ${stream}`);
    return envelope(maker, stream, checked as typeof payload, options);
  };
}

/** The envelope around a payload whose shape was checked before. */
export function envelope<S extends StreamName>(
  { clock, newId, producerId }: Maker,
  stream: S,
  payload: Payload<S>,
  { priority = 3, traceparent, messageId }: PublishOptions = {},
): string {
  const id = messageId ?? newId<MessageId>();
  const trace = traceparent === undefined ? '' : `,"traceparent":${JSON.stringify(traceparent)}`;
  const timestamp = instant(clock());
  // Written out, since the words around the payload need no escaping: half the time of stringifying it all.
  return `{"message_id":"${id}","stream":"${stream}","payload":${JSON.stringify(payload)},"priority":${priority},"timestamp":"${timestamp}","producer_id":${JSON.stringify(producerId)},"retry_count":0${trace}}`;
}

let lastMs = NaN;
let lastInstant = '';

/** Under load many messages bear the same millisecond, and writing it out costs as much as making an id. */
function instant(now: Date): string {
  const ms = now.getTime();
  if (ms !== lastMs) {
    lastMs = ms;
    lastInstant = now.toISOString();
  }
  return lastInstant;
}

/** Throws `invalid-input` that names what is wrong with the entry, without its values. */
export function openEntry<S extends StreamName>(
  stream: S,
  [entryId, fields]: Entry,
  retryCount = 0,
): Delivered<S> {
  const opened = parse(Envelope, rawMessage(fields), 'envelope');
  if (opened.stream !== stream) {
    throw new Fault('invalid-input', `The envelope names ${opened.stream}.`);
  }
  if (!QUICK_CHECKS[stream]?.(opened.payload)) {
    opened.payload = parse(PAYLOADS[stream], opened.payload, `payload of ${stream}`);
  }
  opened.retry_count = retryCount;
  return Object.assign(opened, { entryId }) as Delivered<S>;
}

function rawMessage(fields: string[]): unknown {
  const json = fields[0] === 'message' ? fields[1] : undefined;
  if (json === undefined) throw new Fault('invalid-input', 'The entry has no field `message`.');
  try {
    return JSON.parse(json);
  } catch {
    // The parser's own words quote the text.
    throw new Fault('invalid-input', 'The field `message` is not JSON.');
  }
}

/** The message as it lies in the stream, or its raw fields when it is not even JSON: what a dead letter keeps. */
export function originalOf([, fields]: Entry): unknown {
  try {
    return rawMessage(fields);
  } catch {
    const pairs: Record<string, string> = {};
    for (let at = 0; at + 1 < fields.length; at += 2) pairs[fields[at]!] = fields[at + 1]!;
    return pairs;
  }
}

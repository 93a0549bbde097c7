// The event bus as the platform sees it.
//
// Terminology
//   stream    an append-only sequence of messages, named in STREAMS
//   group     readers that share the messages of a stream; every group sees every message
//   consumer  one reader of a group
//   pending   delivered and not acknowledged; claimed by another consumer when its reader is silent
//   commit    effects of a handled batch and its acknowledgement, in one atomic step
import type { Message, Payload, Priority, StreamName, LaterStream } from '@verity/protocol/streams';
import type { MessageId } from '@verity/protocol/ids';

export interface PublishOptions {
  priority?: Priority;
  /** W3C trace context of the cause. */
  traceparent?: string;
  /** Given when the message must be recognised on a second try; made otherwise. */
  messageId?: MessageId;
}

/** A message to be published; `stream` decides the payload. */
export type Outgoing<S extends StreamName = StreamName> = {
  [N in S]: { stream: N; payload: Payload<N> } & PublishOptions;
}[S];

/** What handling a batch leaves behind; committed together with the acknowledgement, or not at all. */
export interface Effects<W extends StreamName = StreamName> {
  publish?: Outgoing<W>[];
  /** Redis keys of the stage to write (null deletes), with optional time to live. */
  state?: { key: string; value: string | null; ttlSeconds?: number }[];
}

export interface Delivered<S extends StreamName> extends Message<S> {
  /** Id of the stream entry, e.g. `1732180000000-0`: what a client names to get what it missed. */
  entryId: string;
}

/** A handler of whole batches: all messages of a batch succeed together or are then tried one by one. */
export interface Consumer<R extends StreamName, W extends StreamName = LaterStream<R>> {
  stream: R;
  group: string;
  /** Of the handler, in traces; its group when left out. */
  name?: string;
  /** True: one worker at a time, in order, under a lease. False: any number of workers share the load. */
  ordered: boolean;
  batchSize?: number;
  handle(messages: Delivered<R>[], signal: AbortSignal): Promise<Effects<W> | void>;
}

export interface Subscription {
  /** Stops intake, finishes the batch in hand, gives up the lease. */
  stop(): Promise<void>;
}

/** The newest entries of a stream. */
export interface Recent<S extends StreamName> {
  /** Id of the newest entry that is not among them; `0-0` when there has never been one. */
  before: string;
  /** Oldest first. */
  messages: Delivered<S>[];
}

export interface StreamState {
  stream: string;
  length: number;
  groups: { group: string; consumers: number; pending: number; lag: number | null }[];
}

export interface Bus {
  /**
   * Resolves with the entry id once Redis has the message as durably as it is configured; messages published
   * meanwhile share one round trip. Throws `invalid-input` when the payload does not fit its stream,
   * `back-pressure` above the cap, `unavailable` when Redis is away.
   */
  publish<S extends StreamName>(
    stream: S,
    payload: Payload<S>,
    options?: PublishOptions,
  ): Promise<string>;
  consume<R extends StreamName>(consumer: Consumer<R>): Subscription;
  /** Every message after the entry `from`, or from `now` on, to this process alone, without a group: for fan-out. */
  tail<R extends StreamName>(
    stream: R,
    from: string,
    each: (messages: Delivered<R>[]) => void,
  ): Subscription;
  /** The newest entries, at most `limit` and none older than `agoMs`. Throws `unavailable`. */
  recent<R extends StreamName>(
    stream: R,
    limits: { agoMs: number; limit: number },
  ): Promise<Recent<R>>;
  state(): Promise<StreamState[]>;
}

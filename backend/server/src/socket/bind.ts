// Binds every declared client event to exactly one handler, and guards each: known, not too fast, allowed, parsed, acknowledged.
import { CLIENT_EVENTS, type ClientEventName } from '@verity/protocol/events';
import type { Ack, ClientEvent } from '@verity/protocol/event';
import { Fault } from '@verity/protocol/faults';
import { parse } from '@verity/protocol/parse';
import { traced, type Tracer } from '@verity/domain/kernel/tracing-ports';
import { letPass } from './gate';
import type { EventHandlers, SocketCall } from './handler';
import type { VeritySocket } from './server';
import { TokenBucket } from './token-bucket';

/** Refusals that a socket may earn at once, and each second, before it is closed as flooding. */
const PATIENCE = { burst: 200, perSecond: 20 };
/** Events of one socket that may be under way at a time. */
const UNDER_WAY = 64;

type AnyHandler = (payload: unknown, call: SocketCall) => Promise<unknown>;
type Table = Record<ClientEventName, { declared: ClientEvent; handle: AnyHandler }>;

export interface Watch {
  /** Left out where nothing is traced. */
  tracer?: Tracer | undefined;
  /** An event came; `code` is the fault that it ended in. */
  handled(event: string, code: string | null): void;
  /** A handler threw what is no fault: something that a human must look at. */
  broke(event: string, error: unknown): void;
  /** A socket was closed because it would not stop. */
  flooded(socket: VeritySocket): void;
}

/** Puts handlers and declarations together. Throws when an event has no handler, two, or a handler has no event. */
export function tableOf(parts: Partial<EventHandlers>[]): Table {
  const table = new Map<string, { declared: ClientEvent; handle: AnyHandler }>();
  for (const part of parts) {
    for (const [event, handle] of Object.entries(part)) {
      if (!Object.hasOwn(CLIENT_EVENTS, event)) {
        throw new Error(`The socket event ${event} has a handler and is not declared.`);
      }
      if (table.has(event)) throw new Error(`The socket event ${event} has two handlers.`);
      const declared: ClientEvent = CLIENT_EVENTS[event as ClientEventName];
      table.set(event, { declared, handle: handle as AnyHandler });
    }
  }
  for (const event of Object.keys(CLIENT_EVENTS)) {
    if (!table.has(event)) throw new Error(`The socket event ${event} has no handler.`);
  }
  return Object.fromEntries(table) as Table;
}

/** Answers a function that serves the events of one socket. */
export function bindEvents(
  parts: Partial<EventHandlers>[],
  watch: Watch,
): (socket: VeritySocket, call: SocketCall) => void {
  const table = tableOf(parts);

  return (socket, call) => {
    const buckets = new Map<string, TokenBucket>();
    const patience = new TokenBucket(PATIENCE.perSecond, PATIENCE.burst, performance.now());
    let underWay = 0;

    const admit = (event: string): void => {
      if (!Object.hasOwn(table, event)) {
        throw new Fault('not-found', 'There is no such event.', {
          fix: `Send one of: ${Object.keys(table).join(', ')}.`,
        });
      }
      const now = performance.now();
      let bucket = buckets.get(event);
      if (!bucket) {
        const { perSecond } = table[event as ClientEventName].declared;
        buckets.set(event, (bucket = new TokenBucket(perSecond, perSecond * 2, now)));
      }
      const waitMs = bucket.take(now);
      if (waitMs > 0 || underWay >= UNDER_WAY) {
        throw new Fault('too-fast', `Too many ${event} events from this connection.`, {
          retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
          fix: 'Send fewer; what was refused may be sent again.',
        });
      }
    };

    const serve = async (event: string, args: unknown[]): Promise<unknown> => {
      admit(event);
      const { declared, handle } = table[event as ClientEventName];
      letPass(declared, call, Date.now());
      if (args.length > 1) throw new Fault('invalid-input', 'An event carries one payload.');
      const given = args[0] ?? {};
      const payload = declared.quickCheck?.(given)
        ? given
        : parse(declared.payload, given, 'payload');
      underWay++;
      try {
        return await (watch.tracer
          ? traced(watch.tracer, `socket ${event}`, { kind: 'server' }, codeOf, () =>
              handle(payload, call),
            )
          : handle(payload, call));
      } finally {
        underWay--;
      }
    };

    const answer = (event: string, ack: unknown, error: unknown, value?: unknown): void => {
      let result: Ack<unknown>;
      if (error === null) {
        watch.handled(event, null);
        result = { ok: true, value };
      } else {
        if (!(error instanceof Fault)) watch.broke(event, error);
        const fault =
          error instanceof Fault
            ? error
            : new Fault('internal', 'This event could not be handled.');
        watch.handled(event, fault.code);
        result = { ok: false, problem: fault.toProblem() };
        if (!isOwnFault(fault) && patience.take(performance.now()) > 0) {
          if (socket.connected) watch.flooded(socket);
          socket.disconnect();
          // What it has not read will never be: the connection is cut, not drained.
          socket.conn.close(true);
          return;
        }
      }
      if (typeof ack === 'function' && socket.connected) (ack as (a: Ack<unknown>) => void)(result);
    };

    socket.onAny((event: string, ...args: unknown[]) => {
      const ack = typeof args.at(-1) === 'function' ? args.pop() : undefined;
      serve(event, args).then(
        (value) => answer(event, ack, null, value),
        (error: unknown) => answer(event, ack, error),
      );
    });
  };
}

const codeOf = (error: unknown): string => (error instanceof Fault ? error.code : 'internal');

/** Faults of the platform, for which a client loses no patience. */
const isOwnFault = (fault: Fault): boolean => fault.status >= 500 || fault.code === 'duplicate';

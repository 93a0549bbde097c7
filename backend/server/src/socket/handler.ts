// What the handler of a socket event gets and gives: a parsed payload, a caller that may call, the reply as declared.
import type { z } from 'zod';
import type {
  ClientEventName,
  ClientEventReply,
  ClientEvents,
  ServerEventName,
  ServerEventPayload,
} from '@verity/protocol/events';
import type { SessionRights } from '@verity/domain/identity/ports';

export interface SocketCall {
  /** As read last: at the handshake, every few seconds, and whenever they change. */
  readonly rights: SessionRights;
  /** Epoch milliseconds at which the token that opened the connection ends. */
  readonly tokenExpiresAt: number;
  /** Whether a collector token opened the connection. */
  readonly collector: boolean;
  /** Joins a room and tells the client so by `room_joined`. */
  join(room: string): void;
  /** To this socket alone. */
  send<E extends ServerEventName>(event: E, payload: ServerEventPayload<E>): void;
}

export type EventHandler<E extends ClientEventName> = (
  payload: z.output<ClientEvents[E]['payload']>,
  call: SocketCall,
) => Promise<ClientEventReply<E>>;

export type EventHandlers<E extends ClientEventName = ClientEventName> = {
  [N in E]: EventHandler<N>;
};

// Every socket event of Verity, in two tables: what clients send and what the server sends.
import type { z } from 'zod';
import { alertServerEvents } from './alerts/events';
import { identityServerEvents } from './identity/events';
import { jobServerEvents } from './jobs/events';
import { policyServerEvents } from './policy/events';
import { realtimeClientEvents, realtimeServerEvents } from './realtime/events';
import { riskClientEvents, riskServerEvents } from './risk/events';
import { telemetryClientEvents } from './telemetry/events';
import type { Ack } from './event';

export const CLIENT_EVENTS = {
  ...realtimeClientEvents,
  ...riskClientEvents,
  ...telemetryClientEvents,
};

export const SERVER_EVENTS = {
  ...realtimeServerEvents,
  ...riskServerEvents,
  ...alertServerEvents,
  ...identityServerEvents,
  ...policyServerEvents,
  ...jobServerEvents,
};

export type ClientEvents = typeof CLIENT_EVENTS;
export type ServerEvents = typeof SERVER_EVENTS;
export type ClientEventName = keyof ClientEvents;
export type ServerEventName = keyof ServerEvents;
export type ServerEventPayload<E extends ServerEventName> = z.output<ServerEvents[E]['payload']>;
export type ClientEventReply<E extends ClientEventName> = z.output<ClientEvents[E]['reply']>;

/** Listener types for Socket.IO, client to server. */
export type ClientToServer = {
  [E in ClientEventName]: (
    payload: z.input<ClientEvents[E]['payload']>,
    ack?: (answer: Ack<ClientEventReply<E>>) => void,
  ) => void;
};

/** Listener types for Socket.IO, server to client. */
export type ServerToClient = { [E in ServerEventName]: (payload: ServerEventPayload<E>) => void };

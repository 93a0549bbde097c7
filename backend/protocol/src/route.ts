// The vocabulary for declaring HTTP routes once: Express, the typed client and OpenAPI derive from it.
import type { z } from 'zod';
import type { FaultCode } from './faults';
import type { Freshness } from './identity/assurance';
import type { Role, Scope } from './identity/schemas';
import type { Sensitivity } from './policy/schemas';

export type { Sensitivity };

/** Who may call. `anyone` needs no sign-in. API keys are let in by scope only. */
export type Who = 'anyone' | { roles: readonly Role[]; scopes?: readonly Scope[] };

export interface Route {
  summary: string;
  subject: string;
  who: Who;
  sensitivity: Sensitivity;
  /** Answered also while the session must step up or is restricted. */
  whileStepUp?: true;
  /** Served to a person only on proof so fresh and so strong; otherwise answered by a challenge (RFC 9470). */
  freshness?: Freshness;
  /** Requests a minute from one caller; the default is 300. */
  perMinute?: number;
  params?: z.ZodType;
  query?: z.ZodType;
  body?: z.ZodType;
  /** Codes that its handler answers besides those of the door. */
  faults?: readonly FaultCode[];
  /** What a 200 carries; a string names a media type that is sent raw. */
  reply: z.ZodType | string;
}

export type RouteTable = Record<`${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /${string}`, Route>;

/** Keeps the literal types of a table while checking its shape. */
export const routes = <const T extends RouteTable>(table: T): T => table;

type Output<S> = S extends z.ZodType ? z.output<S> : undefined;
type Input<S> = S extends z.ZodType ? z.input<S> : undefined;

/** What the handler of a route receives, parsed. */
export interface RouteInput<R extends Route> {
  params: Output<R['params']>;
  query: Output<R['query']>;
  body: Output<R['body']>;
}

type Given<K extends string, S> = S extends z.ZodType
  ? object extends z.input<S>
    ? Partial<Record<K, z.input<S>>>
    : Record<K, z.input<S>>
  : object;

/** What a client passes to call a route. */
export type RouteRequest<R extends Route> = Given<'params', R['params']> &
  Given<'query', R['query']> &
  Given<'body', R['body']>;

export type RouteReply<R extends Route> = R['reply'] extends z.ZodType ? Input<R['reply']> : string;

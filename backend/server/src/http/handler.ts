// What a route's handler gets and gives: parsed input, a caller that may call, and the reply as declared.
import type { IncomingHttpHeaders } from 'node:http';
import type { RouteInput, RouteReply } from '@verity/protocol/route';
import type { RouteKey, Routes } from '@verity/protocol/routes';
import type { ApiKeyId, ApplicationId } from '@verity/protocol/ids';
import type { Scope } from '@verity/protocol/identity/schemas';
import type { SessionRights } from '@verity/domain/identity/ports';
import type { CameFrom } from './came-from';

/** A person in a session that lives. */
export interface UserCaller {
  kind: 'user';
  rights: SessionRights;
}

/** An application that holds a scoped key. */
export interface KeyCaller {
  kind: 'api_key';
  id: ApiKeyId;
  name: string;
  scopes: Scope[];
  /** Its application; none for a key of the installation. */
  applicationId?: ApplicationId | undefined;
}

export interface Nobody {
  kind: 'nobody';
}

export type Caller = UserCaller | KeyCaller | Nobody;

/** The callers that a route's declaration lets through. */
export type CallerOf<K extends RouteKey> = Routes[K]['who'] extends 'anyone'
  ? Caller
  : Routes[K]['who'] extends { scopes: unknown }
    ? UserCaller | KeyCaller
    : UserCaller;

export interface CookieOptions {
  maxAgeSeconds: number;
  path: string;
  /** Strict when left out; Lax for a site that browsers reach by links. */
  sameSite?: 'Lax';
}

export interface Call<C extends Caller = Caller> extends CameFrom {
  caller: C;
  userAgent: string;
  requestId: string;
  cookies: Readonly<Record<string, string>>;
  /** As sent; only what stands in them for another request (forward-auth) should matter to a handler. */
  headers: Readonly<IncomingHttpHeaders>;
  setHeader(name: string, value: string): void;
  /** HttpOnly and Secure always. */
  setCookie(name: string, value: string, options: CookieOptions): void;
  clearCookie(name: string, path: string): void;
  /** For replies sent raw: their file name. */
  fileName(name: string): void;
  /** Replaces the status 200, e.g. by 503 when not ready. */
  status(code: number): void;
}

export type Handler<K extends RouteKey> = (
  input: RouteInput<Routes[K]>,
  call: Call<CallerOf<K>>,
) => Promise<RouteReply<Routes[K]> | Streamed<Routes[K]['reply']>>;

/** What is sent raw may come in pieces. */
type Streamed<R> = R extends string ? AsyncIterable<string> : never;

export type Handlers<K extends RouteKey = RouteKey> = { [P in K]: Handler<P> };

/** How the audit log names a caller. */
export function actorOf(caller: Caller): string {
  if (caller.kind === 'user') return `user:${caller.rights.userId}`;
  return caller.kind === 'api_key' ? `api_key:${caller.id}` : 'nobody';
}

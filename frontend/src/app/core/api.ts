// The typed HTTP client: one method whose key, request and reply come from the protocol's table of routes.
import { Injectable, inject } from '@angular/core';
import { type ApiError, errorOfResponse, isAbort, toApiError } from './api-error';
import { toTarget } from './api-path';
import { Identity } from './identity';
import type { Reply, Request, RouteKey } from './wire';

interface Options {
  signal?: AbortSignal | undefined;
  /** The reply as the text that was sent, for a file. */
  raw?: true;
}

type Arguments<K extends RouteKey> =
  object extends Request<K> ? [request?: Request<K> & Options] : [request: Request<K> & Options];

interface Parts extends Options {
  params?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
}

@Injectable({ providedIn: 'root' })
export class Api {
  private readonly identity = inject(Identity);

  /** Calls a route. Rejects with `ApiError`, or with the abort's own error. */
  async call<K extends RouteKey>(key: K, ...[request]: Arguments<K>): Promise<Reply<K>> {
    const parts = (request ?? {}) as Parts;
    try {
      return (await this.attempt(key, parts, true)) as Reply<K>;
    } catch (error) {
      if (isAbort(error)) throw error;
      const failure = toApiError(error);
      if (failure.code === 'session-ended') this.identity.end(failure.message);
      if (failure.code === 'step-up-required') {
        const reads = !parts.raw && key.startsWith('GET ');
        // A session that must step up has been asked already: what a page reads by itself does not ask again.
        if (reads && this.identity.session()?.state === 'step_up') throw failure;
        const proved = this.identity.askStepUp(failure.message);
        // What was only to be read is read anew once rights are back; what was to be done is done after the proof.
        if (!reads && (await proved)) return (await this.attempt(key, parts, true)) as Reply<K>;
      }
      throw failure;
    }
  }

  private async attempt(key: string, parts: Parts, mayRefresh: boolean): Promise<unknown> {
    const { method, url } = toTarget(key, parts.params, parts.query);
    const token = this.identity.token();
    const response = await fetch(url, {
      method,
      credentials: 'same-origin',
      signal: parts.signal ?? null,
      headers: {
        accept: 'application/json, text/plain, text/csv',
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(parts.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(parts.body === undefined ? {} : { body: JSON.stringify(parts.body) }),
    });
    if (response.ok) {
      if (parts.raw) return response.text();
      const json = response.headers.get('content-type')?.includes('json');
      return json ? response.json() : response.text();
    }
    const error = await errorOfResponse(response);
    if (mayRefresh && token && isStale(error)) {
      await this.identity.refresh(token);
      return this.attempt(key, parts, false);
    }
    throw error;
  }
}

const isStale = (error: ApiError): boolean =>
  error.code === 'token-expired' || error.code === 'not-signed-in';

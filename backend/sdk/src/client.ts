// A small client for applications: hands over sessions, asks for decisions and scores. Needs nothing but fetch.
import type {
  ApplicationSession,
  CollectorGrant,
  Decision,
  HandedSession,
  OpenedSession,
  Proof,
  Question,
  Risk,
} from './types';

/** What Verity answered instead of what was asked for (RFC 9457). `fix` says how to mend it. */
export class VerityError extends Error {
  override readonly name: string = 'VerityError';
  readonly status: number;
  readonly code: string;
  readonly fix: string | undefined;

  constructor(status: number, problem: { code?: string; detail?: string; fix?: string }) {
    super(problem.detail ?? `Verity answered ${status}`);
    this.status = status;
    this.code = problem.code ?? 'unknown';
    this.fix = problem.fix;
  }
}

export interface VerityOptions {
  /** Address of the platform, e.g. `https://verity.example`. */
  url: string;
  /** A key of the application; it belongs on a server and in no page. */
  key: string;
  /** After so long a call fails; 5,000 when left out. */
  timeoutMs?: number;
  fetch?: typeof fetch;
}

export interface Verity {
  /** The user has just signed in: opens a session at Verity. */
  open(session: HandedSession): Promise<OpenedSession>;
  /** A fresh token for the collector in the user's pages; each lives for ten minutes. */
  collector(session: string): Promise<CollectorGrant>;
  /** The user has signed out. */
  close(session: string): Promise<ApplicationSession>;
  /** The user has proved again who they are, or has failed to (`passed: false`). */
  prove(session: string, proof: Proof): Promise<ApplicationSession>;
  /** May this session do that now? Treat a call that fails as a no. */
  decide(session: string, question: Question): Promise<Decision>;
  /** The score with every contribution, and what would change it. */
  risk(session: string): Promise<Risk>;
}

export function createVerity(options: VerityOptions): Verity {
  const { key, timeoutMs = 5_000, fetch: send = fetch } = options;
  const base = options.url.replace(/\/+$/, '');

  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await send(base + path, {
      method,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        authorization: `ApiKey ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const reply = (await response.json().catch(() => ({}))) as T;
    if (!response.ok) throw new VerityError(response.status, reply as object);
    return reply;
  };

  const of = (session: string): string => `/api/v1/sessions/${encodeURIComponent(session)}`;
  return {
    open: (session) => call('POST', '/api/v1/sessions', session),
    collector: (session) => call('POST', `${of(session)}/token`),
    close: (session) => call('DELETE', of(session)),
    prove: (session, proof) => call('POST', `${of(session)}/proof`, proof),
    decide: (session, question) => call('POST', `${of(session)}/decision`, question),
    risk: (session) => call('GET', `${of(session)}/risk`),
  };
}

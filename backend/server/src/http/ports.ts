// What the HTTP door needs: handlers, and a way to know who calls, what they may do, and how often.
import type { AccessClaims } from '@verity/protocol/identity/schemas';
import type { SessionId } from '@verity/protocol/ids';
import type { Effect } from '@verity/protocol/policy/schemas';
import type { Band } from '@verity/protocol/risk/schemas';
import type { Sensitivity } from '@verity/protocol/route';
import type { Clock } from '@verity/domain/kernel/ports';
import type { SessionRights } from '@verity/domain/identity/ports';
import type { Tracer } from '@verity/domain/kernel/tracing-ports';
import type { Handlers, KeyCaller } from './handler';
import type { ReadPublicFile } from './public-log';

export interface Allowance {
  allowed: boolean;
  /** Requests left in the window, and seconds until it ends. */
  remaining: number;
  resetSeconds: number;
}

/** One line of the log: facts first, then a constant sentence. */
export interface DoorLog {
  debug(facts: object, sentence: string): void;
  info(facts: object, sentence: string): void;
  error(facts: object, sentence: string): void;
}

export interface AppPorts {
  /** Together exactly one handler for every declared route. */
  handlers: readonly Partial<Handlers>[];
  verifyAccess(token: string): Promise<AccessClaims>;
  /** Null when the session does not live. Throws `unavailable` when that cannot be known. */
  sessionRights(id: SessionId): Promise<SessionRights | null>;
  /** Throws `not-signed-in` when there is no such key, or it is expired or revoked. */
  verifyApiKey(key: string): Promise<Omit<KeyCaller, 'kind'>>;
  /** The policy decision point, asked for one request. */
  decideRequest(rights: SessionRights, asked: Asked): Promise<RequestDecision> | RequestDecision;
  /** Ends a session that the policy wants ended because of a request. */
  terminate(rights: SessionRights, reason: string): Promise<void>;
  /** Takes one request out of what `key` has a minute. Throws `unavailable` when that cannot be counted. */
  rateLimit(key: string, perMinute: number): Promise<Allowance>;
  clock: Clock;
  newRequestId(): string;
  /** Told of each request of a session that was let in. */
  seen?(session: SessionId): void;
  /** Told of each answer; `route` is the declared key, or `none`. */
  observe?(answer: { route: string; status: number; seconds: number }): void;
  /** Left out where nothing is traced. */
  tracer?: Tracer | undefined;
  log: DoorLog;
}

/** What a request asks for, and where it comes from. */
export interface Asked {
  requestId: string;
  /** The declared key of the route that was called. */
  route: string;
  /** Of a protected application, with its port when that is no default one; null for the platform's own routes. */
  host: string | null;
  /** Network address of the caller; that of the session where the caller's own is not known. */
  address: string;
  method: string;
  path: string;
  /** The least that it is taken for: as the route declares it, or the application asks. */
  sensitivity: Sensitivity;
}

export interface RequestDecision {
  effect: Effect;
  reasons: string[];
}

/** A decision with what it rests on. */
export interface RequestVerdict extends RequestDecision {
  ruleId: string;
  ruleName: string;
  policyVersion: number;
  /** How sensitive what was asked for was taken to be. */
  sensitivity: Sensitivity;
  /** Null while nothing is known of the session, nor by the request: the policy judged by the prior then. */
  risk: { score: number; band: Band } | null;
}

export interface AppSettings {
  /** Address of the installation as browsers see it. */
  publicUrl: string;
  /** A number of hops, or addresses by comma; empty trusts none. */
  trustedProxies?: string;
  /** Origins besides the own whose pages may call with a token. */
  corsOrigins?: readonly string[];
  /** Folder of the built client. */
  clientDir?: string | undefined;
  /** Origins beside its own that pages of the client may ask: the chain. */
  connectOrigins?: readonly string[] | undefined;
  /** The built browser collector. */
  /** Reads the public files of the audit log. */
  logFile?: ReadPublicFile | undefined;
  collectorFile?: string | undefined;
  /** Folder of the built verifier. */
  verifierDir?: string | undefined;
  /** Further HTML pages by path; they get the nonce of their content security policy. */
  pages?: Readonly<Record<string, (nonce: string) => string>>;
}

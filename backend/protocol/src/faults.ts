// Every error that leaves Verity: one class, one table of codes (RFC 9457 problem types) with their HTTP status.

export const FAULTS = {
  'invalid-input': { status: 400, title: 'The input does not fit' },
  'not-signed-in': { status: 401, title: 'Sign in first' },
  'wrong-credentials': { status: 401, title: 'The credentials are wrong' },
  'token-expired': { status: 401, title: 'The access token has expired' },
  'session-ended': { status: 401, title: 'This session has ended' },
  'refresh-reused': { status: 401, title: 'The refresh token was used before' },
  'step-up-required': { status: 401, title: 'Prove again that it is you' },
  'not-allowed': { status: 403, title: 'Not allowed' },
  'session-restricted': { status: 403, title: 'This session is restricted' },
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'This path does not take that method' },
  conflict: { status: 409, title: 'It conflicts with what is there' },
  duplicate: { status: 409, title: 'Received before, counted once' },
  replayed: { status: 409, title: 'A replay was refused' },
  'out-of-order': { status: 409, title: 'Outside the order window' },
  'link-expired': { status: 410, title: 'The link is no longer valid' },
  'too-large': { status: 413, title: 'Too large' },
  'unsupported-type': { status: 415, title: 'This content type is not taken' },
  'from-the-future': { status: 422, title: 'Its time lies in the future' },
  'too-late': { status: 422, title: 'It came too late' },
  'too-fast': { status: 429, title: 'Too many, too fast' },
  internal: { status: 500, title: 'Something went wrong here' },
  'back-pressure': { status: 503, title: 'The event bus is full' },
  unavailable: { status: 503, title: 'A part that this needs is away' },
} as const;

export type FaultCode = keyof typeof FAULTS;

/** One thing that is wrong with an input. `path` is a JSON Pointer (RFC 6901) into it. */
export interface FaultIssue {
  path: string;
  message: string;
}

export interface FaultDetails {
  /** How to mend it, for the reader of the error. */
  fix?: string;
  issues?: FaultIssue[];
  retryAfterSeconds?: number;
  /** RFC 9470: the assurance that a step-up must reach. */
  acrValues?: string;
  /** RFC 9470: the proof may be at most so old. */
  maxAgeSeconds?: number;
  cause?: unknown;
}

/** The error of Verity. `message` says what is wrong without secrets; it is shown to callers. */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly fix: string | undefined;
  readonly issues: FaultIssue[] | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly acrValues: string | undefined;
  readonly maxAgeSeconds: number | undefined;

  constructor(code: FaultCode, message: string, details: FaultDetails = {}) {
    super(message, { cause: details.cause });
    this.name = 'Fault';
    this.code = code;
    this.fix = details.fix;
    this.issues = details.issues;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.acrValues = details.acrValues;
    this.maxAgeSeconds = details.maxAgeSeconds;
  }

  get status(): number {
    return FAULTS[this.code].status;
  }

  /** The problem details of RFC 9457; `instance` is the id of the request that failed. */
  toProblem(instance?: string): Problem {
    return {
      type: `urn:verity:fault:${this.code}`,
      title: FAULTS[this.code].title,
      status: this.status,
      detail: this.message,
      code: this.code,
      ...(this.fix ? { fix: this.fix } : {}),
      ...(this.issues ? { issues: this.issues } : {}),
      ...(this.retryAfterSeconds ? { retry_after: this.retryAfterSeconds } : {}),
      ...(this.acrValues ? { acr_values: this.acrValues } : {}),
      ...(this.maxAgeSeconds === undefined ? {} : { max_age: this.maxAgeSeconds }),
      ...(instance ? { instance } : {}),
    };
  }
}

/** RFC 9457 problem details, as sent by HTTP routes and in the acknowledgement of socket events. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: FaultCode;
  fix?: string;
  issues?: FaultIssue[];
  retry_after?: number;
  acr_values?: string;
  max_age?: number;
  instance?: string;
}

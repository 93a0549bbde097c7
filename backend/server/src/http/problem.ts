// The one place where errors become answers: problem details of RFC 9457, with the challenges that belong to them.
import type { ErrorRequestHandler, Request, Response } from 'express';
import { Fault } from '@verity/protocol/faults';
import type { DoorLog } from './ports';

/** Errors of body-parser and of the router, by their type or status, in our words. */
function faultOfExpress(error: Error & { type?: string; status?: number }): Fault | null {
  switch (error.type) {
    case 'entity.too.large':
      return new Fault('too-large', 'The body is larger than 256 kB.', { cause: error });
    case 'entity.parse.failed':
      return new Fault('invalid-input', 'The body is not valid JSON.', { cause: error });
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new Fault('unsupported-type', 'The body has an encoding that is not taken.', {
        fix: 'Send plain UTF-8 JSON without Content-Encoding.',
        cause: error,
      });
    case 'request.aborted':
    case 'request.size.invalid':
      return new Fault('invalid-input', 'The body ended before or after its length.', {
        cause: error,
      });
  }
  if (error instanceof URIError || error.status === 400) {
    return new Fault('invalid-input', 'The address cannot be decoded.', {
      fix: 'Percent-encode it as UTF-8 (RFC 3986).',
      cause: error,
    });
  }
  return null;
}

export function toFault(error: unknown): Fault {
  if (error instanceof Fault) return error;
  const known = error instanceof Error ? faultOfExpress(error) : null;
  return known ?? new Fault('internal', 'Something went wrong here.', { cause: error });
}

/** A header takes no quotes and nothing outside ASCII. */
const quoted = (text: string): string => `"${text.replace(/[^\x20-\x7e]|["\\]/g, "'")}"`;

function challenge(fault: Fault): string {
  switch (fault.code) {
    // RFC 9470, section 3.
    case 'step-up-required':
      return [
        'Bearer error="insufficient_user_authentication"',
        `error_description=${quoted(fault.message)}`,
        ...(fault.acrValues ? [`acr_values=${quoted(fault.acrValues)}`] : []),
        ...(fault.maxAgeSeconds === undefined ? [] : [`max_age="${fault.maxAgeSeconds}"`]),
      ].join(', ');
    case 'token-expired':
    case 'session-ended':
      return `Bearer error="invalid_token", error_description=${quoted(fault.message)}`;
    default:
      return 'Bearer realm="verity"';
  }
}

export function sendProblem(res: Response, fault: Fault, requestId: string): void {
  if (fault.status === 401) res.setHeader('WWW-Authenticate', challenge(fault));
  if (fault.retryAfterSeconds) {
    res.setHeader('Retry-After', String(Math.ceil(fault.retryAfterSeconds)));
  }
  const { instance, ...problem } = fault.toProblem(`urn:uuid:${requestId}`);
  // What is wrong inside stays inside: the cause is in the log under the same request id.
  const told =
    fault.code === 'internal'
      ? new Fault('internal', 'Something went wrong here.').toProblem()
      : problem;
  res
    .status(fault.status)
    .type('application/problem+json')
    .send(JSON.stringify({ ...told, instance }));
}

export function problems(log: DoorLog): ErrorRequestHandler {
  return (error: unknown, _req: Request, res: Response, next) => {
    const fault = toFault(error);
    const requestId = String(res.locals.requestId ?? '');
    if (fault.code === 'internal') {
      log.error({ request_id: requestId, err: fault.cause ?? fault }, 'a request failed');
    }
    // Half an answer cannot be mended: express closes the connection.
    if (res.headersSent) next(error);
    else sendProblem(res, fault, requestId);
  };
}

// The one error type of the client: the problem details of the server, or the lack of any answer.
import type { FaultCode, Problem } from '@verity/protocol/faults';

/** `passkey`: the browser or the authenticator refused, before any server was asked. */
export type ProblemCode = FaultCode | 'offline' | 'passkey';
export type ClientProblem = Omit<Problem, 'code'> & { code: ProblemCode };

export class ApiError extends Error {
  constructor(
    readonly problem: ClientProblem,
    options?: ErrorOptions,
  ) {
    super(problem.detail, options);
    this.name = 'ApiError';
  }

  get code(): ProblemCode {
    return this.problem.code;
  }
}

const withoutAnswer = (detail: string, status: number): ClientProblem => ({
  type: 'about:blank',
  title: status ? 'The answer could not be read' : 'Verity did not answer',
  status,
  detail,
  code: status ? 'internal' : 'offline',
  fix: 'Check the connection and try again. Nothing was changed here.',
});

/** The error of an HTTP answer that is not a success. */
export async function errorOfResponse(response: Response): Promise<ApiError> {
  const type = response.headers.get('content-type') ?? '';
  if (type.includes('json')) {
    try {
      const body = (await response.json()) as Partial<Problem>;
      if (body.code && body.detail) return new ApiError(body as Problem);
    } catch (cause) {
      return new ApiError(withoutAnswer('The server sent a broken error.', response.status), {
        cause,
      });
    }
  }
  return new ApiError(
    withoutAnswer(`The server answered with status ${response.status}.`, response.status),
  );
}

/** Anything that was thrown, as the one error type. An abort stays an abort. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const detail = navigator.onLine
    ? 'The server cannot be reached.'
    : 'This device is offline at the moment.';
  return new ApiError(withoutAnswer(detail, 0), { cause: error });
}

export const isAbort = (error: unknown): boolean =>
  error instanceof DOMException && error.name === 'AbortError';

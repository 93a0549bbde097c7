// Reading from addresses that are not trusted: within a time, up to a length, and never by a redirect.

export const ANSWER_MS = 10_000;

/** The body of an answer, null for 404. Throws `Error` that names the host for every other status, when it is too long or late. */
export async function fetchBytes(
  url: URL,
  most: number,
  init: RequestInit = {},
): Promise<Uint8Array | null> {
  let response: Response;
  try {
    const signal = AbortSignal.timeout(ANSWER_MS);
    response = await fetch(url, {
      redirect: 'error',
      cache: 'no-store',
      credentials: 'omit',
      signal,
      ...init,
    });
    if (response.status === 404) {
      await response.body?.cancel();
      return null;
    }
    if (!response.ok) throw new Error(`status ${response.status}`);
    return await upTo(response, most);
  } catch (error) {
    throw new Error(`${url.host} ${reasonOf(error)}`, { cause: error });
  }
}

async function upTo(response: Response, most: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for (const reader = response.body?.getReader(); reader;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > most) {
      await reader.cancel();
      throw new Error(`sends more than ${most} bytes`);
    }
    parts.push(value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `does not answer within ${ANSWER_MS / 1000} s`;
  if (error.name !== 'TypeError') return `answers wrongly: ${error.message}`;
  const { cause } = error;
  return `cannot be reached${cause instanceof Error && cause.message ? `: ${cause.message}` : ''}`;
}

/** A URL of http or https; throws `Error` that names what it is for. */
export function addressOf(text: string, what: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new Error(
    `${what} should be an address such as https://host, not ${JSON.stringify(text)}.`,
  );
}

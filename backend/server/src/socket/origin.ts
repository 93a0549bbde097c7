// Which pages may open a socket: browsers do not apply CORS to WebSockets, so the server looks at the origin itself.
import type { IncomingMessage } from 'node:http';

type Decide = (
  request: IncomingMessage,
  answer: (refusal: string | null | undefined, allowed: boolean) => void,
) => void;

/** A request without an origin comes from a program; it still needs a token. */
export function mayConnect(
  origin: string | undefined,
  host: string | undefined,
  allowed: string[],
): boolean {
  if (origin === undefined || allowed.includes('*') || allowed.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

export const checkOrigin =
  (allowed: string[]): Decide =>
  ({ headers }, answer) => {
    const ok = mayConnect(headers.origin, headers.host, allowed);
    answer(ok ? null : 'origin not allowed', ok);
  };

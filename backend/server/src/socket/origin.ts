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

/** `alsoKnown` speaks for origins of applications: what may be sent from there, the handshake decides. */
export const checkOrigin =
  (allowed: string[], alsoKnown?: (origin: string) => Promise<boolean>): Decide =>
  ({ headers }, answer) => {
    const { origin, host } = headers;
    const tell = (ok: boolean): void => answer(ok ? null : 'origin not allowed', ok);
    if (mayConnect(origin, host, allowed)) return tell(true);
    if (!alsoKnown || origin === undefined) return tell(false);
    alsoKnown(origin).then(tell, () => tell(false));
  };

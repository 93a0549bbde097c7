// Who calls: a person by access token, an application by key, or nobody.
import type { IncomingHttpHeaders } from 'node:http';
import { Fault } from '@verity/protocol/faults';
import type { Caller } from './handler';
import type { AppPorts } from './ports';

type Credential = { kind: 'token' | 'api_key'; value: string };

/** The one credential of a request. Throws `not-signed-in` when it names two or one of an unknown kind. */
export function credentialOf(headers: IncomingHttpHeaders): Credential | null {
  const key = headers['x-api-key'];
  const authorization = headers.authorization;
  if (key !== undefined && authorization !== undefined) {
    throw new Fault('not-signed-in', 'The request carries two credentials.', {
      fix: 'Send either Authorization or X-Api-Key.',
    });
  }
  if (typeof key === 'string') return { kind: 'api_key', value: key };
  if (authorization === undefined) return null;
  const space = authorization.indexOf(' ');
  const scheme = authorization.slice(0, space).toLowerCase();
  const value = authorization.slice(space + 1).trim();
  if (scheme === 'bearer') return { kind: 'token', value };
  if (scheme === 'apikey') return { kind: 'api_key', value };
  throw new Fault('not-signed-in', 'The Authorization header is of a kind that is not taken.', {
    fix: 'Send "Authorization: Bearer <access token>" or "Authorization: ApiKey <key>".',
  });
}

/** Verifies the credential and reads what its holder may do now. */
export async function authenticate(headers: IncomingHttpHeaders, ports: AppPorts): Promise<Caller> {
  const credential = credentialOf(headers);
  if (!credential) {
    throw new Fault('not-signed-in', 'This needs a signed-in caller.', {
      fix: 'Sign in at POST /api/v1/auth/login, or send an API key.',
    });
  }
  if (credential.kind === 'api_key') {
    return { kind: 'api_key', ...(await ports.verifyApiKey(credential.value)) };
  }
  const claims = await ports.verifyAccess(credential.value);
  const rights = await ports.sessionRights(claims.sid);
  if (!rights) {
    throw new Fault('session-ended', 'This session has ended.', { fix: 'Sign in again.' });
  }
  if (rights.userId !== claims.sub) {
    throw new Fault('not-signed-in', 'The access token names the session of somebody else.');
  }
  return { kind: 'user', rights };
}

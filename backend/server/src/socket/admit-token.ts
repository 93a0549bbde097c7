// Which token may open a socket from which page: an access token from the platform's own and listed pages, a collector
// token from pages of its application and from nowhere else.
import type { IncomingHttpHeaders } from 'node:http';
import { Fault } from '@verity/protocol/faults';
import type { AccessClaims, CollectorClaims } from '@verity/protocol/identity/schemas';
import type { ApplicationId } from '@verity/protocol/ids';
import { audienceOf } from '../http/access-token';
import { mayConnect } from './origin';

export interface CollectorDoor {
  /** Throws the fault that refuses the collector token. */
  verify(token: string): Promise<CollectorClaims>;
  /** Whether pages of any application are there. */
  knowsOrigin: (origin: string) => Promise<boolean>;
  /** Whether pages of this application are there now. */
  mayUse(application: ApplicationId, origin: string): Promise<boolean>;
}

export async function admitToken(
  token: string,
  { origin, host }: IncomingHttpHeaders,
  doors: {
    origins: string[];
    verifyAccess(token: string): Promise<AccessClaims>;
    collectors?: CollectorDoor;
  },
): Promise<{ claims: Pick<AccessClaims, 'sub' | 'sid' | 'exp'>; collector: boolean }> {
  const { collectors } = doors;
  if (!collectors || audienceOf(token) !== 'collector') {
    const claims = await doors.verifyAccess(token);
    if (mayConnect(origin, host, doors.origins)) return { claims, collector: false };
    throw new Fault('not-allowed', 'An access token is not taken from pages of this origin.', {
      fix: 'Pages of applications use a collector token.',
    });
  }
  const claims = await collectors.verify(token);
  if (origin && (await collectors.mayUse(claims.app, origin))) {
    return { claims, collector: true };
  }
  throw new Fault(
    'not-allowed',
    origin
      ? `The application of this collector token has no pages at ${origin.slice(0, 200)}.`
      : 'A collector token is taken from pages only: the connection names no origin.',
    { fix: 'Add the origin of the page to the application in Verity.' },
  );
}

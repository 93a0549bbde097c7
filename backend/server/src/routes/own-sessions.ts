// Whose sessions a caller may see: the key of an application those of its own users, everybody else who is let in, all.
import { Fault } from '@verity/protocol/faults';
import type { ApplicationId } from '@verity/protocol/ids';
import type { SessionFilter, SessionRecord } from '@verity/domain/identity/ports';
import type { Caller } from '../http/handler';

export const applicationOf = (caller: Caller): ApplicationId | undefined =>
  caller.kind === 'api_key' ? caller.applicationId : undefined;

/** What a list must be narrowed to for this caller. */
export function ownOf(caller: Caller): Pick<SessionFilter, 'applicationId'> {
  const applicationId = applicationOf(caller);
  return applicationId ? { applicationId } : {};
}

/** The session, when it is there for this caller. Throws `not-found`: a stranger does not learn that it exists. */
export function seenBy(caller: Caller, session: SessionRecord | null): SessionRecord {
  const own = applicationOf(caller);
  if (session && (own === undefined || session.applicationId === own)) return session;
  throw new Fault('not-found', 'There is no such session.', {
    fix: 'GET /api/v1/sessions lists them.',
  });
}

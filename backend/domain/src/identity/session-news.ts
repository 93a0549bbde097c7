// What a change of a session is called when its owner and the admins are told of it.
import { acceptableAcr } from '@verity/protocol/identity/assurance';
import type { Notification } from '@verity/protocol/identity/schemas';
import type { SessionRecord } from './ports';

export interface SaidChange {
  kind: Notification['kind'];
  title: string;
  body: string;
  link: string;
  acr_values?: string;
  /** Title for the admins. */
  forAdmins: string;
}

/** What to tell of a session in its new state; null when there is nothing that a person must know. */
export function sayChange(
  session: Pick<
    SessionRecord,
    'state' | 'userEmail' | 'deviceLabel' | 'totpEnrolled' | 'passkeyEnrolled'
  >,
  reason: string,
): SaidChange | null {
  const which = `Your session on ${session.deviceLabel}`;
  const whose = `${session.userEmail} on ${session.deviceLabel}`;
  switch (session.state) {
    case 'step_up':
      return {
        kind: 'step_up_required',
        title: `${which} asks for proof that it is you`,
        body: reason,
        link: '/my-session',
        acr_values: acceptableAcr(session),
        forAdmins: `Asked to prove again: ${whose}`,
      };
    case 'restricted':
      return {
        kind: 'session_restricted',
        title: `${which} can only read for now`,
        body: reason,
        link: '/my-session',
        forAdmins: `Restricted: ${whose}`,
      };
    case 'terminated':
      return {
        kind: 'session_terminated',
        title: `${which} was ended`,
        body: reason,
        link: '/my-session',
        forAdmins: `Ended: ${whose}`,
      };
    case 'active':
      return {
        kind: 'session_restored',
        title: `${which} has its full rights again`,
        body: reason,
        link: '/my-session',
        forAdmins: `Full rights again: ${whose}`,
      };
    case 'logged_out':
    case 'expired':
      return null;
  }
}

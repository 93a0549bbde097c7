// The enforcement point of sockets: may a session in this state send this event?
import type { ClientEvent } from '@verity/protocol/event';
import { Fault } from '@verity/protocol/faults';
import { acceptableAcr } from '@verity/protocol/identity/assurance';
import type { SessionRights } from '@verity/domain/identity/ports';

/** True while the session lives. */
export const lives = (rights: SessionRights, nowMs: number): boolean =>
  rights.expiresAt > nowMs &&
  (rights.state === 'active' || rights.state === 'step_up' || rights.state === 'restricted');

export const sessionEnded = (rights: SessionRights | null): Fault =>
  new Fault('session-ended', rights?.stateReason ?? 'This session has ended.', {
    fix: 'Sign in again.',
  });

/** Throws the fault that keeps the event out. */
export function letPass(
  declared: ClientEvent,
  call: { rights: SessionRights; tokenExpiresAt: number; collector?: boolean },
  nowMs: number,
): void {
  const { rights, tokenExpiresAt } = call;
  if (!lives(rights, nowMs)) throw sessionEnded(rights);
  if (tokenExpiresAt <= nowMs) {
    throw new Fault('token-expired', 'The access token of this connection has expired.', {
      fix: 'Refresh it and connect again.',
    });
  }
  if (call.collector && !declared.fromCollector) {
    throw new Fault('not-allowed', 'A collector token delivers behaviour and nothing else.', {
      fix: 'Ask from the server of the application, by its API key.',
    });
  }
  if (!declared.who.includes(rights.role)) {
    throw new Fault('not-allowed', `The role ${rights.role} may not send this event.`, {
      fix: `It is for: ${declared.who.join(', ')}.`,
    });
  }
  if (declared.whileStepUp) return;
  if (rights.state === 'step_up') {
    throw new Fault('step-up-required', rights.stateReason ?? 'Prove again that it is you.', {
      acrValues: acceptableAcr(rights),
      fix: 'Prove it at POST /api/v1/step-up, then send this again.',
    });
  }
  if (rights.state === 'restricted') {
    throw new Fault('session-restricted', rights.stateReason ?? 'This session is restricted.', {
      fix: 'Prove who you are at POST /api/v1/step-up to have your full rights again.',
    });
  }
}

// What a caller must pass before a route is served: who may call, the state of the session, the policy. Deny unless declared.
import { Fault } from '@verity/protocol/faults';
import { acceptableAcr, isFresh } from '@verity/protocol/identity/assurance';
import type { Route, Who } from '@verity/protocol/route';
import type { SessionRights } from '@verity/domain/identity/ports';
import type { Caller } from './handler';
import type { RequestDecision } from './ports';

type Gated = Pick<Route, 'whileStepUp' | 'sensitivity'>;

export function checkWho(who: Who, caller: Caller): void {
  if (who === 'anyone') return;
  if (caller.kind === 'user' && who.roles.includes(caller.rights.role)) return;
  if (caller.kind === 'api_key') {
    const wanted = who.scopes ?? [];
    if (wanted.some((scope) => caller.scopes.includes(scope))) return;
    throw new Fault('not-allowed', 'This API key may not do that.', {
      fix: wanted.length
        ? `It needs the scope ${wanted.join(' or ')}.`
        : 'No API key may: a person must sign in for it.',
    });
  }
  throw new Fault('not-allowed', 'Your role may not do that.', {
    fix: who.roles.length
      ? `It takes the role ${who.roles.join(' or ')}.`
      : 'Only an application may, by its API key.',
  });
}

/** In step_up only what lifts it; in restricted also what reads and matters little. */
export function checkState(method: string, route: Gated, rights: SessionRights): void {
  if (rights.state === 'active' || route.whileStepUp) return;
  if (rights.state === 'step_up') throw stepUpRequired(rights, rights.stateReason);
  const reads = method === 'GET' || method === 'HEAD';
  if (rights.state === 'restricted') {
    if (reads && route.sensitivity === 'low') return;
    throw restricted(rights.stateReason);
  }
  throw new Fault('session-ended', 'This session has ended.', { fix: 'Sign in again.' });
}

/** What the policy made of this request. A decision to terminate is for the caller of this to carry out. */
export function checkDecision(
  method: string,
  route: Gated,
  rights: SessionRights,
  decision: RequestDecision,
): void {
  const why = decision.reasons[0] ?? null;
  switch (decision.effect) {
    case 'allow':
      return;
    case 'step_up':
      if (route.whileStepUp) return;
      throw stepUpRequired(rights, why);
    case 'restrict':
      return checkState(method, route, { ...rights, state: 'restricted', stateReason: why });
    case 'terminate':
      throw new Fault('session-ended', `This session was ended${why ? `: ${why}` : '.'}`, {
        fix: 'Sign in again.',
      });
  }
}

/** Throws the challenge of RFC 9470 unless the newest proof is as fresh and as strong as the route declares. */
export function checkFreshness(
  { freshness }: Pick<Route, 'freshness'>,
  rights: SessionRights,
  now: Date,
): void {
  if (!freshness) return;
  const authTimeMs = rights.stepUpAt ?? rights.startedAt;
  if (isFresh(freshness, { ...rights, authTimeMs }, now.getTime())) return;
  const { maxAgeSeconds, acr } = freshness;
  const minutes = Math.round(maxAgeSeconds / 60);
  throw new Fault(
    'step-up-required',
    `This asks for proof of who you are within the last ${minutes} minutes.`,
    {
      fix: 'Prove it at POST /api/v1/step-up, then send this request again.',
      acrValues: acceptableAcr(rights, acr),
      maxAgeSeconds,
    },
  );
}

/** RFC 9470: the challenge names what would satisfy it. */
function stepUpRequired(rights: SessionRights, why: string | null): Fault {
  return new Fault('step-up-required', why ?? 'Prove again that it is you.', {
    fix: 'Prove it at POST /api/v1/step-up, then send this request again.',
    acrValues: acceptableAcr(rights),
  });
}

const restricted = (why: string | null): Fault =>
  new Fault('session-restricted', why ?? 'This session can only read for now.', {
    fix: 'Prove who you are at POST /api/v1/step-up to have your full rights again.',
  });

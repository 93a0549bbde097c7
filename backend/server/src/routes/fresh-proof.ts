// What only the person themselves may do: asked for are proofs of a few minutes ago, not of this morning.
import { Fault } from '@verity/protocol/faults';
import { acceptableAcr, type EnrolledWays } from '@verity/protocol/identity/assurance';
import type { SessionRights } from '@verity/domain/identity/ports';

/** How long a proof counts as fresh. */
const FRESH_MS = 10 * 60_000;

export const isFresh = (rights: Pick<SessionRights, 'stepUpAt'>, at: Date): boolean =>
  rights.stepUpAt !== null && at.getTime() - rights.stepUpAt <= FRESH_MS;

/** The fault with which a client asks for proof and tries again. */
export const proofNeeded = (rights: EnrolledWays, before: string): Fault =>
  new Fault('step-up-required', `Prove that it is you before you ${before}.`, {
    fix: 'Prove it at POST /api/v1/step-up, then ask again within ten minutes.',
    acrValues: acceptableAcr(rights),
    maxAgeSeconds: FRESH_MS / 1000,
  });

/** Throws `step-up-required` without a fresh proof. `before` is what the person is about to do. */
export function mustBeFresh(
  rights: Pick<SessionRights, 'stepUpAt'> & EnrolledWays,
  at: Date,
  before: string,
): void {
  if (!isFresh(rights, at)) throw proofNeeded(rights, before);
}

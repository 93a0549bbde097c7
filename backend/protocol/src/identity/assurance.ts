// How strongly a person proved who they are: the classes of RFC 9470 (`acr`), from weak to strong, and what reaches them.
import { ACR, type StepUpMethod } from './schemas';

export type AcrName = 'pwd' | 'otp' | 'phr';

/** By strength: something known; something of one use; phishing-resistant proof of possession by a verified user. */
const NAMES = ['pwd', 'otp', 'phr'] as const satisfies readonly AcrName[];
const VALUES = [ACR.password, ACR.totp, ACR.passkey] as const;

/** The strong ways that a person has enrolled. Recovery codes come with either and stand in for it. */
export interface EnrolledWays {
  totpEnrolled: boolean;
  passkeyEnrolled: boolean;
}

/** What a route asks of the newest proof: at most so old, and so strong as far as the person has enrolled a way. */
export interface Freshness {
  maxAgeSeconds: number;
  acr: AcrName;
}

/** Of what changes the rights of others, or takes data out: proof of the last quarter of an hour. */
export const sudo = { maxAgeSeconds: 900, acr: 'otp' } as const satisfies Freshness;

/** The class that a way of proving oneself reaches; a recovery code stands in for an authenticator. */
export function acrOf(method: StepUpMethod): string {
  if (method === 'passkey') return ACR.passkey;
  return method === 'password' ? ACR.password : ACR.totp;
}

/** How the proof of that class was given, in the words of RFC 8176. */
export function amrOf(acr: string): string[] {
  if (acr === ACR.passkey) return ['pop', 'user', 'mfa'];
  return acr === ACR.totp ? ['otp'] : ['pwd'];
}

/** 0 is the weakest; a class that nobody knows is as weak. */
const strengthOf = (acr: string): number => Math.max(0, (VALUES as readonly string[]).indexOf(acr));

/** What the person can reach, strongest first. The password counts only where nothing stronger is enrolled. */
function reachable({ totpEnrolled, passkeyEnrolled }: EnrolledWays): number[] {
  if (passkeyEnrolled) return [2, 1];
  return totpEnrolled ? [1] : [0];
}

/** `acr_values` of a challenge (RFC 9470, section 3): the classes that would do, in order of preference. */
export function acceptableAcr(enrolled: EnrolledWays, atLeast: AcrName = 'pwd'): string {
  const ways = reachable(enrolled);
  const wanted = ways.filter((strength) => strength >= NAMES.indexOf(atLeast));
  return (wanted.length > 0 ? wanted : ways.slice(0, 1)).map((each) => VALUES[each]).join(' ');
}

/** Whether the newest proof of a session is as fresh and as strong as `wanted`. `authTimeMs` is in epoch ms. */
export function isFresh(
  wanted: Freshness,
  proof: EnrolledWays & { acr: string; authTimeMs: number },
  nowMs: number,
): boolean {
  if (nowMs - proof.authTimeMs > wanted.maxAgeSeconds * 1000) return false;
  return acceptableAcr(proof, wanted.acr)
    .split(' ')
    .some((acr) => strengthOf(proof.acr) >= strengthOf(acr));
}

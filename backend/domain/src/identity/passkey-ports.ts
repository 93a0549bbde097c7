// What passkeys need of the world: the ceremonies of WebAuthn, and questions that are answered once.
import type { PasskeyId, SessionId, UserId } from '@verity/protocol/ids';
import type {
  AssertionAnswer,
  AttestationAnswer,
  CreationOptions,
  RequestOptions,
} from '@verity/protocol/identity/passkeys';

/** A passkey as it is kept with its person. */
export interface PasskeyRecord {
  id: PasskeyId;
  /** Base64url, unique among all people. */
  credentialId: string;
  /** COSE key (RFC 9052) in base64url. */
  publicKey: string;
  /** Uses that the authenticator has counted; stays 0 with those that do not count. */
  counter: number;
  transports: string[];
  aaguid: string;
  /** Kept in a synchronised store of the person. */
  synced: boolean;
  name: string;
  createdAt: Date;
  lastUsedAt: Date | null;
}

type Known = Pick<PasskeyRecord, 'credentialId' | 'transports'>;

/** Why an answer does not hold. `malformed` and `stale` happen to the honest; the others are attempts. */
export type AnswerFlaw = 'malformed' | 'refused';

export type Checked<T> = ({ ok: true } & T) | { ok: false; flaw: AnswerFlaw; why: string };

/** The ceremonies of WebAuthn for this installation. Each method throws `conflict` where its address allows none. */
export interface PasskeyCeremonies {
  creationOptions(
    person: { id: UserId; email: string; name: string },
    known: readonly Known[],
    challenge: string,
  ): CreationOptions;
  /** Options to sign with one of `known`, or, when it is empty, with any that the browser finds. */
  requestOptions(known: readonly Known[], challenge: string): RequestOptions;
  /** The challenge that the browser signed; null when the client data cannot be read. */
  challengeOf(answer: AttestationAnswer | AssertionAnswer): string | null;
  /** The user of the answer, as the passkey keeps it; null when it does not say. */
  userOf(answer: AssertionAnswer): string | null;
  checkAttestation(
    answer: AttestationAnswer,
    challenge: string,
  ): Promise<
    Checked<Omit<PasskeyRecord, 'id' | 'name' | 'createdAt' | 'lastUsedAt'> & { model: string }>
  >;
  /** The counter is answered, not judged: only the store can do that, in one step. */
  checkAssertion(
    answer: AssertionAnswer,
    passkey: Pick<PasskeyRecord, 'credentialId' | 'publicKey' | 'transports'>,
    challenge: string,
  ): Promise<Checked<{ counter: number; synced: boolean }>>;
}

/** What a question was asked for: an answer serves nothing else, and nobody else. */
export type AskedFor =
  { for: 'enrolment' | 'step_up'; session: SessionId } | { for: 'sign_in'; session: null };

/** Questions that were asked and not yet answered. Throws `unavailable` when Redis is away. */
export interface PasskeyChallenges {
  put(challenge: string, asked: AskedFor, seconds: number): Promise<void>;
  /** What it was asked for, to exactly one caller; null when it was never asked, is answered, or too old. */
  take(challenge: string): Promise<AskedFor | null>;
}

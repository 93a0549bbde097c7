// Passkeys: enrolling one, and proving with one who one is. A question is answered once, within five minutes, and
// only for what it was asked for; a counter that goes back tells of a copy.
import { Fault } from '@verity/protocol/faults';
import type {
  AssertionAnswer,
  AttestationAnswer,
  CreationOptions,
  RequestOptions,
} from '@verity/protocol/identity/passkeys';
import type { PasskeyId, SessionId } from '@verity/protocol/ids';
import type { Clock, NewId } from '../kernel/ports';
import type {
  AskedFor,
  PasskeyCeremonies,
  PasskeyChallenges,
  PasskeyRecord,
} from './passkey-ports';
import type { SecretTokens, UserRecord, Users } from './ports';
import { freshRecoveryCodes, hasStrongWay } from './recovery';

/** A question is forgotten after this. */
const CHALLENGE_SECONDS = 300;
const MOST_PASSKEYS = 20;

export interface PasskeyPorts {
  users: Users;
  ceremonies: PasskeyCeremonies;
  challenges: PasskeyChallenges;
  tokens: Pick<SecretTokens, 'make' | 'recoveryCodes' | 'hash'>;
  clock: Clock;
  newId: NewId;
}

/** What an answer proves. `user` and `passkey` name whom it was tried for, as far as they are known. */
export type PasskeyProof =
  | { ok: true; user: UserRecord; passkey: PasskeyRecord }
  | {
      ok: false;
      /** `counter`: the signature holds, but the passkey has been used elsewhere since. */
      why: 'unknown' | 'refused' | 'counter';
      user: UserRecord | null;
      passkey: PasskeyRecord | null;
      fault: Fault;
    };

export type Passkeys = ReturnType<typeof passkeys>;

export function passkeys(ports: PasskeyPorts) {
  const { users, ceremonies, challenges } = ports;

  const ask = async (asked: AskedFor): Promise<string> => {
    const challenge = ports.tokens.make();
    await challenges.put(challenge, asked, CHALLENGE_SECONDS);
    return challenge;
  };

  /** The challenge of an answer, which is spent by this, whatever comes of it. */
  const spend = async (
    answer: AttestationAnswer | AssertionAnswer,
    wanted: AskedFor,
  ): Promise<string> => {
    const challenge = ceremonies.challengeOf(answer);
    if (challenge === null) throw malformed('its client data cannot be read');
    const asked = await challenges.take(challenge);
    if (asked?.for !== wanted.for || asked.session !== wanted.session) throw stale();
    return challenge;
  };

  /** Whether the answer is by a passkey of that person, for that question. */
  const judge = async (
    user: UserRecord | null,
    answer: AssertionAnswer,
    challenge: string,
  ): Promise<PasskeyProof> => {
    const passkey = user?.passkeys.find((each) => each.credentialId === answer.id) ?? null;
    if (!user || !passkey) return { ok: false, why: 'unknown', user, passkey, fault: unknown() };
    const checked = await ceremonies.checkAssertion(answer, passkey, challenge);
    if (!checked.ok) {
      if (checked.flaw === 'malformed') throw malformed(checked.why);
      return { ok: false, why: 'refused', user, passkey, fault: refused(checked.why) };
    }
    const { counter, synced } = checked;
    const at = ports.clock();
    if (await users.usePasskey(user.id, passkey.id, { counter, synced, at })) {
      return { ok: true, user, passkey };
    }
    return { ok: false, why: 'counter', user, passkey, fault: copied() };
  };

  return {
    /** Begins to add a passkey. Throws `conflict` when there are too many. */
    async beginEnrolment(user: UserRecord, session: SessionId): Promise<CreationOptions> {
      if (user.passkeys.length >= MOST_PASSKEYS) {
        throw new Fault('conflict', `There are ${MOST_PASSKEYS} passkeys already.`, {
          fix: 'Remove one that you no longer use.',
        });
      }
      return ceremonies.creationOptions(
        user,
        user.passkeys,
        await ask({ for: 'enrolment', session }),
      );
    },

    /** Keeps the new passkey. The first strong way of a person comes with recovery codes. */
    async finishEnrolment(
      user: UserRecord,
      session: SessionId,
      given: { name?: string | undefined; response: AttestationAnswer },
    ): Promise<{ user: UserRecord; passkey: PasskeyRecord; recoveryCodes: string[] }> {
      const challenge = await spend(given.response, { for: 'enrolment', session });
      const checked = await ceremonies.checkAttestation(given.response, challenge);
      if (!checked.ok) {
        throw checked.flaw === 'malformed' ? malformed(checked.why) : refused(checked.why);
      }
      const { ok: _, model, ...credential } = checked;
      const passkey: PasskeyRecord = {
        ...credential,
        id: ports.newId<PasskeyId>(),
        name: given.name ?? nameFor(model, user.passkeys),
        createdAt: ports.clock(),
        lastUsedAt: null,
      };
      // The codes are written first: whoever has a strong way can always do without it.
      const recoveryCodes = await freshRecoveryCodes(ports, user);
      return { user: await users.addPasskey(user.id, passkey), passkey, recoveryCodes };
    },

    /** Takes a passkey away, and with the last strong way the recovery codes, which would stand in for nothing. */
    async remove(user: UserRecord, id: PasskeyId): Promise<UserRecord> {
      const left = await users.removePasskey(user.id, id);
      if (!left) throw noSuchPasskey();
      return hasStrongWay(left) ? left : users.change(user.id, { recoveryCodeHashes: [] });
    },

    async rename(user: UserRecord, id: PasskeyId, name: string): Promise<PasskeyRecord> {
      const renamed = await users.renamePasskey(user.id, id, name);
      const passkey = renamed?.passkeys.find((each) => each.id === id);
      if (!passkey) throw noSuchPasskey();
      return passkey;
    },

    /** Begins a step-up. Throws `conflict` when the person has no passkey. */
    async beginStepUp(user: UserRecord, session: SessionId): Promise<RequestOptions> {
      if (user.passkeys.length === 0) {
        throw new Fault('conflict', 'You have no passkey.', {
          fix: 'Prove who you are in another way; GET /api/v1/me lists those that you have.',
        });
      }
      return ceremonies.requestOptions(user.passkeys, await ask({ for: 'step_up', session }));
    },

    /** Judges the answer to a step-up. Throws `wrong-credentials` or `invalid-input` when it is to no open question. */
    async prove(
      user: UserRecord,
      session: SessionId,
      answer: AssertionAnswer,
    ): Promise<PasskeyProof> {
      const challenge = await spend(answer, { for: 'step_up', session });
      const claimed = ceremonies.userOf(answer);
      const own = claimed === null || claimed === user.id;
      return own
        ? judge(user, answer, challenge)
        : { ok: false, why: 'unknown', user, passkey: null, fault: unknown() };
    },

    /** Begins to sign in: nobody is named, the person picks among the passkeys of the browser. */
    async beginSignIn(): Promise<RequestOptions> {
      return ceremonies.requestOptions([], await ask({ for: 'sign_in', session: null }));
    },

    /** Whose passkey has answered a sign-in. Throws like `prove`. */
    async identify(answer: AssertionAnswer): Promise<PasskeyProof> {
      const challenge = await spend(answer, { for: 'sign_in', session: null });
      const claimed = ceremonies.userOf(answer);
      const owner = await users.byPasskey(answer.id);
      // WebAuthn, section 7.2, step 6: who is not named beforehand must be named by the passkey itself.
      return judge(owner && owner.id === claimed ? owner : null, answer, challenge);
    },
  };
}

/** A name that no other passkey of the person has. */
function nameFor(model: string, others: readonly PasskeyRecord[]): string {
  const taken = new Set(others.map((each) => each.name));
  for (let n = 1; ; n += 1) {
    const name = n === 1 ? model : `${model} ${n}`;
    if (!taken.has(name)) return name;
  }
}

const malformed = (why: string): Fault =>
  new Fault('invalid-input', `The answer of the passkey is malformed: ${why}.`, {
    fix: 'Send what the browser gave, as JSON, unchanged.',
  });

const stale = (): Fault =>
  new Fault('wrong-credentials', 'That answers no question that is open.', {
    fix: 'It was asked more than five minutes ago, answered before, or by another session: begin again.',
  });

const unknown = (): Fault =>
  new Fault('wrong-credentials', 'That passkey is not known here.', {
    fix: 'It may have been removed. Use another way, and delete it from your device.',
  });

const refused = (why: string): Fault =>
  new Fault('wrong-credentials', `The passkey was not accepted: ${why}.`, {
    fix: 'Try again on the address of this installation, or use another way.',
  });

const copied = (): Fault =>
  new Fault('wrong-credentials', 'This passkey seems to exist twice, so it is not accepted.', {
    fix: 'Use another way, remove this passkey from your account and enrol it anew. An admin has been told.',
  });

const noSuchPasskey = (): Fault => new Fault('not-found', 'There is no such passkey of yours.');

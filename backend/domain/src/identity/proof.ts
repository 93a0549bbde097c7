// Proving again who one is: by passkey, authenticator or recovery code, or the password when neither is enrolled.
import { Fault } from '@verity/protocol/faults';
import type { AssertionAnswer } from '@verity/protocol/identity/passkeys';
import type { SessionId } from '@verity/protocol/ids';
import type { Clock } from '../kernel/ports';
import type { PasskeyRecord } from './passkey-ports';
import type { Passkeys } from './passkeys';
import { freshRecoveryCodes, methodsOf, tidy } from './recovery';
import type {
  PasswordHasher,
  SecretTokens,
  SignInThrottle,
  Totp,
  UserRecord,
  Users,
  Vault,
} from './ports';

const VAULT_PURPOSE = 'totp';
/** An enrolment that was begun is forgotten after this. */
const DRAFT_MS = 15 * 60_000;

export type ProofGiven =
  | { method: 'passkey'; response: AssertionAnswer }
  | { method: 'totp'; code: string }
  | { method: 'recovery_code'; code: string }
  | { method: 'password'; password: string };

/** Who proves, in which session, from where. */
export interface Prover {
  user: UserRecord;
  session: SessionId;
  address: string;
}

export type ProofOutcome =
  | { ok: true }
  | {
      ok: false;
      failures: number;
      /** To be thrown at whoever tried. */
      fault: Fault;
      /** A passkey of which there seems to be a copy. */
      cloned: PasskeyRecord | null;
    };

export interface ProofPorts {
  users: Users;
  throttle: SignInThrottle;
  passwords: PasswordHasher;
  tokens: SecretTokens;
  totp: Totp;
  vault: Vault;
  passkeys: Pick<Passkeys, 'prove'>;
  clock: Clock;
}

interface Misfit {
  fault: Fault;
  cloned: PasskeyRecord | null;
}

export function proofs(ports: ProofPorts) {
  const secretOf = (sealed: string): string =>
    new TextDecoder().decode(ports.vault.open(VAULT_PURPOSE, sealed));

  const totpFits = async (user: UserRecord, code: string): Promise<boolean> => {
    if (!user.totp) return false;
    const step = ports.totp.stepOf(secretOf(user.totp.sealedSecret), code, ports.clock());
    return step !== null && ports.users.takeTotpStep(user.id, step);
  };

  const secretFits = (
    user: UserRecord,
    given: Exclude<ProofGiven, { method: 'passkey' }>,
  ): Promise<boolean> => {
    switch (given.method) {
      case 'totp':
        return totpFits(user, given.code);
      case 'recovery_code':
        return ports.users.takeRecoveryCode(user.id, ports.tokens.hash(tidy(given.code)));
      case 'password':
        return ports.passwords.verify(user.passwordHash, given.password);
    }
  };

  const misfitOf = async ({ user, session }: Prover, given: ProofGiven): Promise<Misfit | null> => {
    if (given.method !== 'passkey') {
      return (await secretFits(user, given)) ? null : { fault: wrongCode(), cloned: null };
    }
    const proof = await ports.passkeys.prove(user, session, given.response);
    if (proof.ok) return null;
    return { fault: proof.fault, cloned: proof.why === 'counter' ? proof.passkey : null };
  };

  return {
    /**
     * Whether the proof holds; a code or answer is taken once. Throws `too-fast` after too many failures of this
     * person, `not-allowed` for a way that is not open to the person, and, for an answer that is malformed or to no
     * open question, `invalid-input` or `wrong-credentials`.
     */
    async check(prover: Prover, given: ProofGiven): Promise<ProofOutcome> {
      const { user, address } = prover;
      const methods = methodsOf(user);
      if (!methods.includes(given.method)) {
        throw new Fault('not-allowed', 'You cannot prove who you are in that way.', {
          fix: `Use ${methods.join(' or ').replaceAll('_', ' ') || 'a reset by an admin'}.`,
        });
      }
      const account = `proof ${user.id}`;
      await ports.throttle.check(account, address);
      const misfit = await misfitOf(prover, given);
      if (!misfit) {
        await ports.throttle.succeeded(account, address);
        return { ok: true };
      }
      const { failuresOfAccount } = await ports.throttle.failed(account, address);
      return { ok: false, failures: failuresOfAccount, ...misfit };
    },

    /** Throws `wrong-credentials` unless it is the person's password; throttled like every proof. */
    async checkPassword(user: UserRecord, password: string, address: string): Promise<void> {
      const account = `proof ${user.id}`;
      await ports.throttle.check(account, address);
      if (await ports.passwords.verify(user.passwordHash, password)) {
        await ports.throttle.succeeded(account, address);
        return;
      }
      await ports.throttle.failed(account, address);
      throw new Fault('wrong-credentials', 'That is not your password.', { fix: 'Type it again.' });
    },

    /** Begins to enrol an authenticator. Throws `conflict` when one is enrolled. */
    async beginTotp(user: UserRecord): Promise<{ secret: string; uri: string }> {
      if (user.totp) {
        throw new Fault('conflict', 'An authenticator app is enrolled already.', {
          fix: 'Remove it first.',
        });
      }
      const secret = ports.totp.newSecret();
      const sealedSecret = ports.vault.seal(VAULT_PURPOSE, new TextEncoder().encode(secret));
      await ports.users.change(user.id, {
        totpDraft: { sealedSecret, startedAt: ports.clock() },
      });
      return { secret, uri: ports.totp.uri(secret, user.email) };
    },

    /** Finishes enrolling with a first code; the first strong way answers the recovery codes. */
    async confirmTotp(user: UserRecord, code: string, address: string): Promise<string[]> {
      const { totpDraft: draft } = user;
      const now = ports.clock();
      if (!draft || now.getTime() - draft.startedAt.getTime() > DRAFT_MS) {
        throw new Fault('conflict', 'No enrolment is under way, or it began too long ago.', {
          fix: 'Begin again at POST /api/v1/me/totp.',
        });
      }
      const account = `proof ${user.id}`;
      await ports.throttle.check(account, address);
      const step = ports.totp.stepOf(secretOf(draft.sealedSecret), code, now);
      if (step === null) {
        await ports.throttle.failed(account, address);
        throw wrongCode();
      }
      await ports.throttle.succeeded(account, address);
      const codes = await freshRecoveryCodes(ports, user);
      await ports.users.change(user.id, {
        totp: { sealedSecret: draft.sealedSecret, lastStep: step },
        totpDraft: null,
      });
      return codes;
    },
  };
}

export type Proofs = ReturnType<typeof proofs>;

export const wrongCode = (): Fault =>
  new Fault('wrong-credentials', 'That is not right.', {
    fix: 'Look at the newest code; each is taken once. The clock of your phone must be right.',
  });

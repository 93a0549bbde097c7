// Proving again who one is: by authenticator, recovery code, or the password when no authenticator is enrolled.
import { Fault } from '@verity/protocol/faults';
import type { StepUpMethod } from '@verity/protocol/identity/schemas';
import type { Clock } from '../kernel/ports';
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
  | { method: 'totp'; code: string }
  | { method: 'recovery_code'; code: string }
  | { method: 'password'; password: string };

export interface ProofPorts {
  users: Users;
  throttle: SignInThrottle;
  passwords: PasswordHasher;
  tokens: SecretTokens;
  totp: Totp;
  vault: Vault;
  clock: Clock;
}

/** The ways open to a person. Passkeys join here. */
export function methodsOf(
  user: Pick<UserRecord, 'totp' | 'recoveryCodeHashes' | 'passwordHash'>,
): StepUpMethod[] {
  if (!user.totp) return user.passwordHash ? ['password'] : [];
  return user.recoveryCodeHashes.length > 0 ? ['totp', 'recovery_code'] : ['totp'];
}

export function proofs(ports: ProofPorts) {
  const secretOf = (sealed: string): string =>
    new TextDecoder().decode(ports.vault.open(VAULT_PURPOSE, sealed));

  const totpFits = async (user: UserRecord, code: string): Promise<boolean> => {
    if (!user.totp) return false;
    const step = ports.totp.stepOf(secretOf(user.totp.sealedSecret), code, ports.clock());
    return step !== null && ports.users.takeTotpStep(user.id, step);
  };

  const fits = (user: UserRecord, given: ProofGiven): Promise<boolean> => {
    switch (given.method) {
      case 'totp':
        return totpFits(user, given.code);
      case 'recovery_code':
        return ports.users.takeRecoveryCode(user.id, ports.tokens.hash(tidy(given.code)));
      case 'password':
        return ports.passwords.verify(user.passwordHash, given.password);
    }
  };

  return {
    /**
     * Whether the proof holds; a code is taken once. Throws `too-fast` after too many failures of this person, and
     * `not-allowed` for a way that is not open to the person.
     */
    async check(
      user: UserRecord,
      given: ProofGiven,
      address: string,
    ): Promise<{ ok: true } | { ok: false; failures: number }> {
      if (!methodsOf(user).includes(given.method)) {
        throw new Fault('not-allowed', 'You cannot prove who you are in that way.', {
          fix: `Use ${methodsOf(user).join(' or ').replace('_', ' ') || 'a reset by an admin'}.`,
        });
      }
      const account = `proof ${user.id}`;
      await ports.throttle.check(account, address);
      if (await fits(user, given)) {
        await ports.throttle.succeeded(account, address);
        return { ok: true };
      }
      const { failuresOfAccount } = await ports.throttle.failed(account, address);
      return { ok: false, failures: failuresOfAccount };
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

    /** Finishes enrolling with a first code; answers the recovery codes. */
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
      const codes = ports.tokens.recoveryCodes();
      await ports.users.change(user.id, {
        totp: { sealedSecret: draft.sealedSecret, lastStep: step },
        totpDraft: null,
        recoveryCodeHashes: codes.map((each) => ports.tokens.hash(tidy(each))),
      });
      return codes;
    },
  };
}

export type Proofs = ReturnType<typeof proofs>;

/** Spaces, hyphens and case do not matter in what a person copies from paper. */
const tidy = (code: string): string => code.toLowerCase().replace(/[^0-9a-z]/g, '');

export const wrongCode = (): Fault =>
  new Fault('wrong-credentials', 'That is not right.', {
    fix: 'Look at the newest code; each is taken once. The clock of your phone must be right.',
  });

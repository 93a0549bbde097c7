// Recovery codes: they come with the first strong way of proving oneself, stand in for it, and go with the last.
import { Fault } from '@verity/protocol/faults';
import type { StepUpMethod } from '@verity/protocol/identity/schemas';
import type { SecretTokens, UserRecord, Users } from './ports';

export interface RecoveryPorts {
  users: Pick<Users, 'change'>;
  tokens: Pick<SecretTokens, 'recoveryCodes' | 'hash'>;
}

type Ways = Pick<UserRecord, 'totp' | 'passkeys'>;

/** Whether the person has more than the password. */
export const hasStrongWay = (user: Ways): boolean => user.totp !== null || user.passkeys.length > 0;

/** The ways open to a person, strongest first: the password only where nothing stronger is enrolled. */
export function methodsOf(
  user: Ways & Pick<UserRecord, 'recoveryCodeHashes' | 'passwordHash'>,
): StepUpMethod[] {
  if (!hasStrongWay(user)) return user.passwordHash ? ['password'] : [];
  const methods: StepUpMethod[] = [];
  if (user.passkeys.length > 0) methods.push('passkey');
  if (user.totp) methods.push('totp');
  if (user.recoveryCodeHashes.length > 0) methods.push('recovery_code');
  return methods;
}

/** Spaces, hyphens and case do not matter in what a person copies from paper. */
export const tidy = (code: string): string => code.toLowerCase().replace(/[^0-9a-z]/g, '');

const write = async (ports: RecoveryPorts, user: UserRecord): Promise<string[]> => {
  const codes = ports.tokens.recoveryCodes();
  const recoveryCodeHashes = codes.map((each) => ports.tokens.hash(tidy(each)));
  await ports.users.change(user.id, { recoveryCodeHashes });
  return codes;
};

/** New codes for somebody about to have the first strong way; none for who has codes to keep. */
export const freshRecoveryCodes = (ports: RecoveryPorts, user: UserRecord): Promise<string[]> =>
  user.recoveryCodeHashes.length > 0 ? Promise.resolve([]) : write(ports, user);

/** New codes in place of the old. Throws `conflict` when there is nothing that they would stand in for. */
export async function renewRecoveryCodes(
  ports: RecoveryPorts,
  user: UserRecord,
): Promise<string[]> {
  if (hasStrongWay(user)) return write(ports, user);
  throw new Fault('conflict', 'Recovery codes stand in for an authenticator or a passkey.', {
    fix: 'Enrol one of them: codes come with the first.',
  });
}

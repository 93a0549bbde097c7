// What the routes of identity need, and the person behind a session.
import { Fault } from '@verity/protocol/faults';
import type { SessionId, UserId } from '@verity/protocol/ids';
import type {
  AccessTokens,
  Devices,
  Notifications,
  PasswordHasher,
  SecretTokens,
  Sessions,
  UserRecord,
  Users,
} from '@verity/domain/identity/ports';
import type { Links } from '@verity/domain/identity/links';
import type { Tell } from '@verity/domain/identity/notices';
import type { Passkeys } from '@verity/domain/identity/passkeys';
import type { Proofs } from '@verity/domain/identity/proof';
import type { RefreshFamily } from '@verity/domain/identity/refresh';
import type { SessionLife } from '@verity/domain/identity/session-life';
import type { SignIn } from '@verity/domain/identity/sign-in';
import type { NewId } from '@verity/domain/kernel/ports';
import type { SignalPorts } from './sign-in-signals';
import type { VerdictPorts } from './verdicts';

export interface IdentityPorts extends SignalPorts, VerdictPorts {
  users: Users;
  devices: Devices;
  sessions: Sessions;
  notifications: Notifications;
  signIn: SignIn;
  refresh: RefreshFamily;
  proofs: Proofs;
  passkeys: Passkeys;
  tokens: SecretTokens;
  links: Links;
  life: SessionLife;
  access: AccessTokens;
  passwords: PasswordHasher;
  tell: Tell;
  newId: NewId;
  /** A sign of life of a session. */
  seen(session: SessionId): void;
  registration: 'invite' | 'open';
  /** Told of what could not be published after the answer was given. */
  onLost(error: unknown): void;
}

/** The person behind a session. */
export async function personOf(users: Pick<Users, 'byId'>, id: UserId): Promise<UserRecord> {
  const user = await users.byId(id);
  if (!user) throw new Fault('session-ended', 'This account is no longer there.');
  return user;
}

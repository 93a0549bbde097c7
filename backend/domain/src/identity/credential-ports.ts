// What identity needs of the world for credentials: links, tokens, keys, and what seals and checks them.
import type { ApiKeyId, ApplicationId, SessionId, UserId } from '@verity/protocol/ids';
import type { Role, Scope } from '@verity/protocol/identity/schemas';

export interface Invitation {
  /** SHA-256 of the token. */
  tokenHash: string;
  kind: 'setup' | 'invitation' | 'reset';
  userId: UserId | null;
  email: string | null;
  role: Role;
  expiresAt: Date;
}

export interface Invitations {
  add(invitation: Invitation): Promise<void>;
  byTokenHash(hash: string): Promise<Invitation | null>;
  /** True for exactly one caller. */
  take(hash: string): Promise<boolean>;
  removeOfUser(user: UserId): Promise<void>;
  removeKind(kind: Invitation['kind']): Promise<void>;
}

/** One member of a refresh family; a family is one session. */
export interface RefreshTokens {
  /** Throws `conflict` when it is there already. */
  add(token: { hash: string; session: SessionId; expiresAt: Date }): Promise<void>;
  /** `rotated` for the first use, `reused` for any later one, `unknown` otherwise; atomic. */
  use(
    hash: string,
    at: Date,
  ): Promise<
    | { outcome: 'rotated' | 'reused'; session: SessionId; firstUsedAt: Date }
    | { outcome: 'unknown' }
  >;
  /** Whether that token is there and has not been used. */
  isUnused(hash: string): Promise<boolean>;
  removeOfSession(session: SessionId): Promise<void>;
}

export interface ApiKeyRecord {
  id: ApiKeyId;
  name: string;
  prefix: string;
  /** SHA-256 of the key (256 random bits need no slow hash). */
  hash: string;
  scopes: Scope[];
  /** The application that holds it; none for a key of the installation. */
  applicationId?: ApplicationId | undefined;
  createdBy: string;
  createdAt: Date;
  expiresAt: Date;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
}

export interface ApiKeys {
  byHash(hash: string): Promise<ApiKeyRecord | null>;
  add(key: ApiKeyRecord): Promise<void>;
  revoke(id: ApiKeyId, at: Date): Promise<ApiKeyRecord | null>;
  noteUse(id: ApiKeyId, at: Date): Promise<void>;
  /** Brings the end of a key forward, never back. */
  endBy(id: ApiKeyId, at: Date): Promise<void>;
  /** Keys of the installation. */
  list(): Promise<ApiKeyRecord[]>;
  ofApplication(application: ApplicationId): Promise<ApiKeyRecord[]>;
}

/** ES256 keys. The newest that is `active` signs; all that are not `retired` verify. */
export interface SigningKeyRecord {
  kid: string;
  publicJwk: Record<string, unknown>;
  /** PKCS #8 PEM sealed with the master key. */
  sealedPrivateKey: string;
  createdAt: Date;
  retireAt: Date;
}

export interface SigningKeys {
  list(): Promise<SigningKeyRecord[]>;
  add(key: SigningKeyRecord): Promise<void>;
  removeRetired(before: Date): Promise<number>;
}

/** Seals small secrets with a key derived from the master key (AES-256-GCM); `purpose` separates the keys. */
export interface Vault {
  seal(purpose: string, plain: Uint8Array): string;
  open(purpose: string, sealed: string): Uint8Array;
}

/** Argon2id by OWASP's parameters, off the event loop. */
export interface PasswordHasher {
  hash(password: string): Promise<string>;
  /** Takes as long for a null hash (unknown user) as for a wrong password. */
  verify(hash: string | null, password: string): Promise<boolean>;
}

/** Secrets that are handed out once and kept as their hash. */
export interface SecretTokens {
  /** `prefix` and 32 random bytes in base64url. */
  make(prefix?: string): string;
  /** The one token that follows `token`: equal whenever it is asked for, and known only to who has our key. */
  successor(token: string): string;
  /** Ten recovery codes of 80 bits, in groups that a person can copy. */
  recoveryCodes(): string[];
  /** SHA-256 in lower-case hex; 256 random bits need no slow hash. */
  hash(token: string): string;
}

/** One-time codes of an authenticator app (RFC 6238: SHA-1, six digits, 30 seconds). */
export interface Totp {
  /** A new secret in base32. */
  newSecret(): string;
  /** The address that an authenticator app reads from a QR code. */
  uri(secret: string, account: string): string;
  /** The time step of a code that fits now, one step before or one after; null when it does not fit. */
  stepOf(secret: string, code: string, at: Date): number | null;
}

/** Sign-in throttle, by account and by address. Throws `too-fast` with `retryAfterSeconds`. */
export interface SignInThrottle {
  check(account: string, address: string): Promise<{ failuresOfAccount: number }>;
  /** Counts within the last 15 minutes. */
  failed(
    account: string,
    address: string,
  ): Promise<{ failuresOfAccount: number; failuresOfAddress: number }>;
  succeeded(account: string, address: string): Promise<void>;
}

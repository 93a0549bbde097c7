// What gives access for a while, in MongoDB: invitations, refresh tokens, API keys, signing keys.
import type { Connection } from 'mongoose';
import type { ApiKeyId, ApplicationId, SessionId, UserId } from '@verity/protocol/ids';
import { ROLES, SCOPES } from '@verity/protocol/identity/schemas';
import type { Clock } from '@verity/domain/kernel/ports';
import type {
  ApiKeyRecord,
  ApiKeys,
  Invitation,
  Invitations,
  RefreshTokens,
  SigningKeyRecord,
  SigningKeys,
} from '@verity/domain/identity/ports';
import { declareCollection, fromStored, op, Store, toStored, type Stored } from './store';

const DAY_SECONDS = 86_400;

type InvitationDocument = Omit<Invitation, 'tokenHash'> & { _id: string };

export const invitations = declareCollection(
  'invitations',
  {
    _id: String,
    kind: { type: String, enum: ['setup', 'invitation', 'reset'], required: true },
    userId: String,
    email: String,
    role: { type: String, enum: ROLES, required: true },
    expiresAt: { type: Date, required: true },
  },
  [
    [{ userId: 1 }],
    // Known for a day longer, so that whoever follows an old link is told that it is old.
    [{ expiresAt: 1 }, { expireAfterSeconds: DAY_SECONDS }],
  ],
);

export class MongoInvitations implements Invitations {
  readonly #store: Store<InvitationDocument>;

  constructor(
    connection: Connection,
    private readonly clock: Clock,
  ) {
    this.#store = new Store(connection, invitations);
  }

  async add({ tokenHash, ...rest }: Invitation) {
    await this.#store.insert({ _id: tokenHash, ...rest });
  }

  async byTokenHash(hash: string) {
    const found = await this.#store.one({ _id: hash });
    if (!found) return null;
    const { _id, ...rest } = found;
    return { tokenHash: _id, ...rest };
  }

  take(hash: string) {
    return this.#store.removed({ _id: hash, expiresAt: op({ $gt: this.clock() }) });
  }

  async removeOfUser(user: UserId) {
    await this.#store.removeAll({ userId: user });
  }

  async removeKind(kind: Invitation['kind']) {
    await this.#store.removeAll({ kind });
  }
}

interface RefreshTokenDocument {
  _id: string;
  session: SessionId;
  expiresAt: Date;
  usedAt: Date | null;
}

export const refreshTokens = declareCollection(
  'refresh_tokens',
  {
    _id: String,
    session: { type: String, required: true },
    expiresAt: { type: Date, required: true },
    usedAt: Date,
  },
  [[{ session: 1 }], [{ expiresAt: 1 }, { expireAfterSeconds: 0 }]],
);

export class MongoRefreshTokens implements RefreshTokens {
  readonly #store: Store<RefreshTokenDocument>;

  constructor(connection: Connection) {
    this.#store = new Store(connection, refreshTokens);
  }

  async add({ hash, session, expiresAt }: Parameters<RefreshTokens['add']>[0]) {
    await this.#store.insert({ _id: hash, session, expiresAt, usedAt: null });
  }

  async use(hash: string, at: Date): ReturnType<RefreshTokens['use']> {
    const valid = { _id: hash, expiresAt: op({ $gt: at }) };
    const first = await this.#store.change({ ...valid, usedAt: null }, { $set: { usedAt: at } });
    if (first) return { outcome: 'rotated', session: first.session, firstUsedAt: at };
    const later = await this.#store.one(valid);
    if (!later) return { outcome: 'unknown' };
    return { outcome: 'reused', session: later.session, firstUsedAt: later.usedAt ?? at };
  }

  async isUnused(hash: string) {
    return (await this.#store.one({ _id: hash, usedAt: null })) !== null;
  }

  async removeOfSession(session: SessionId) {
    await this.#store.removeAll({ session });
  }
}

type ApiKeyDocument = Stored<ApiKeyRecord>;

/** Uses of a key are noted so often; the time shown is for recognising keys that nobody needs. */
const NOTE_EVERY_MS = 60_000;

export const apiKeys = declareCollection(
  'api_keys',
  {
    _id: String,
    name: { type: String, required: true },
    prefix: { type: String, required: true },
    hash: { type: String, required: true },
    scopes: { type: [{ type: String, enum: SCOPES }], required: true },
    applicationId: String,
    createdBy: { type: String, required: true },
    createdAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
    lastUsedAt: Date,
    revokedAt: Date,
  },
  [[{ hash: 1 }, { unique: true }], [{ applicationId: 1, createdAt: -1 }]],
);

const toApiKey = (document: ApiKeyDocument): ApiKeyRecord => fromStored(document);

export class MongoApiKeys implements ApiKeys {
  readonly #store: Store<ApiKeyDocument>;

  constructor(connection: Connection) {
    this.#store = new Store(connection, apiKeys);
  }

  async byHash(hash: string) {
    const found = await this.#store.one({ hash });
    return found && toApiKey(found);
  }

  async add(key: ApiKeyRecord) {
    await this.#store.insert(toStored(key));
  }

  async revoke(id: ApiKeyId, at: Date) {
    const revoked = await this.#store.change(
      { _id: id, revokedAt: null },
      { $set: { revokedAt: at } },
    );
    const now = revoked ?? (await this.#store.one({ _id: id }));
    return now && toApiKey(now);
  }

  async noteUse(id: ApiKeyId, at: Date) {
    const stale = op({ $lt: new Date(at.getTime() - NOTE_EVERY_MS) });
    const due = { _id: id, $or: [{ lastUsedAt: null }, { lastUsedAt: stale }] };
    await this.#store.changed(due, { $set: { lastUsedAt: at } });
  }

  async endBy(id: ApiKeyId, at: Date) {
    await this.#store.changed({ _id: id, expiresAt: op({ $gt: at }) }, { $set: { expiresAt: at } });
  }

  async list() {
    const found = await this.#store.many({ applicationId: null }, { createdAt: -1, _id: -1 });
    return found.map(toApiKey);
  }

  async ofApplication(application: ApplicationId) {
    const own = { applicationId: application };
    return (await this.#store.many(own, { createdAt: -1, _id: -1 })).map(toApiKey);
  }
}

type SigningKeyDocument = Omit<SigningKeyRecord, 'kid'> & { _id: string };

export const signingKeys = declareCollection(
  'signing_keys',
  {
    _id: String,
    publicJwk: { type: Object, required: true },
    sealedPrivateKey: { type: String, required: true },
    createdAt: { type: Date, required: true },
    retireAt: { type: Date, required: true },
  },
  [],
);

export class MongoSigningKeys implements SigningKeys {
  readonly #store: Store<SigningKeyDocument>;

  constructor(connection: Connection) {
    this.#store = new Store(connection, signingKeys);
  }

  async list() {
    const found = await this.#store.many({}, { createdAt: -1, _id: -1 });
    return found.map(({ _id, ...rest }) => ({ kid: _id, ...rest }));
  }

  async add({ kid, ...rest }: SigningKeyRecord) {
    await this.#store.insert({ _id: kid, ...rest });
  }

  removeRetired(before: Date) {
    return this.#store.removeAll({ retireAt: op({ $lt: before }) });
  }
}

// People, in MongoDB.
import type { Connection } from 'mongoose';
import { Fault } from '@verity/protocol/faults';
import { ROLES, USER_STATUSES } from '@verity/protocol/identity/schemas';
import type { PasskeyRecord } from '@verity/domain/identity/passkey-ports';
import type { UserRecord, Users } from '@verity/domain/identity/ports';
import { mapPage, pageOf, type PageRequest } from './paging';
import { contains } from './search';
import {
  declareCollection,
  fromStored,
  op,
  part,
  Store,
  toStored,
  type Filter,
  type Stored,
  type Update,
} from './store';

export type UserDocument = Stored<UserRecord>;

export const users = declareCollection(
  'users',
  {
    _id: String,
    email: { type: String, required: true },
    name: { type: String, required: true },
    role: { type: String, enum: ROLES, required: true },
    status: { type: String, enum: USER_STATUSES, required: true },
    passwordHash: String,
    totp: part({ sealedSecret: String, lastStep: Number }),
    totpDraft: part({ sealedSecret: String, startedAt: Date }),
    passkeys: [
      part({
        id: String,
        credentialId: { type: String, required: true },
        publicKey: { type: String, required: true },
        counter: { type: Number, required: true },
        transports: [String],
        aaguid: String,
        synced: { type: Boolean, required: true },
        name: { type: String, required: true },
        createdAt: { type: Date, required: true },
        lastUsedAt: Date,
      }),
    ],
    recoveryCodeHashes: [String],
    groups: [String],
    hours: [Number],
    demo: { type: Boolean, required: true },
    createdAt: { type: Date, required: true },
    lastSeenAt: Date,
    applicationId: String,
    externalId: String,
  },
  [
    [{ email: 1 }, { unique: true }],
    [{ createdAt: -1, _id: -1 }],
    [{ groups: 1 }],
    [
      { 'passkeys.credentialId': 1 },
      { unique: true, partialFilterExpression: { 'passkeys.credentialId': { $exists: true } } },
    ],
    [{ demo: 1 }, { partialFilterExpression: { demo: true } }],
  ],
);

const toRecord = (document: UserDocument): UserRecord =>
  // People of before there were groups belong to none, and those of before there were passkeys have none.
  fromStored({ ...document, groups: document.groups ?? [], passkeys: document.passkeys ?? [] });

export class MongoUsers implements Users {
  readonly #store: Store<UserDocument>;

  constructor(connection: Connection) {
    this.#store = new Store(connection, users);
  }

  async byId(id: UserRecord['id']) {
    const found = await this.#store.one({ _id: id });
    return found && toRecord(found);
  }

  async byEmail(email: string) {
    const found = await this.#store.one({ email });
    return found && toRecord(found);
  }

  async add(user: UserRecord) {
    await taken(() => this.#store.insert(toStored(user)));
  }

  async change(id: UserRecord['id'], changes: Partial<Omit<UserRecord, 'id'>>) {
    const changed = await taken(() => this.#store.change({ _id: id }, { $set: changes }));
    if (!changed) throw new Fault('not-found', 'There is no such person.');
    return toRecord(changed);
  }

  takeTotpStep(id: UserRecord['id'], step: number) {
    const older = { _id: id, 'totp.lastStep': op({ $lt: step }) };
    return this.#store.changed(older, { $set: { 'totp.lastStep': step } });
  }

  takeRecoveryCode(id: UserRecord['id'], hash: string) {
    const holder = { _id: id, recoveryCodeHashes: hash };
    return this.#store.changed(holder, { $pull: { recoveryCodeHashes: hash } });
  }

  async byPasskey(credentialId: string) {
    const found = await this.#store.one({ 'passkeys.credentialId': credentialId });
    return found && toRecord(found);
  }

  async addPasskey(id: UserRecord['id'], passkey: PasskeyRecord) {
    try {
      // The index keeps two people from one credential, this condition keeps one person from having it twice.
      const without = { _id: id, 'passkeys.credentialId': op({ $ne: passkey.credentialId }) };
      const changed = await this.#store.change(without, { $push: { passkeys: passkey } });
      if (changed) return toRecord(changed);
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'conflict') throw error;
    }
    throw new Fault('conflict', 'This passkey is enrolled already.', {
      fix: 'Use another device or security key.',
    });
  }

  usePasskey(
    id: UserRecord['id'],
    passkey: PasskeyRecord['id'],
    { counter, synced, at }: Parameters<Users['usePasskey']>[2],
  ) {
    // Those that never count stay at 0; once it has counted, 0 is a step back as any other.
    const before = counter === 0 ? 0 : op({ $lt: counter });
    const holder = { _id: id, passkeys: op({ $elemMatch: { id: passkey, counter: before } }) };
    return this.#store.changed(holder, {
      $set: {
        'passkeys.$.counter': counter,
        'passkeys.$.synced': synced,
        'passkeys.$.lastUsedAt': at,
      },
    });
  }

  async renamePasskey(id: UserRecord['id'], passkey: PasskeyRecord['id'], name: string) {
    const holder = { _id: id, 'passkeys.id': passkey };
    const changed = await this.#store.change(holder, { $set: { 'passkeys.$.name': name } });
    return changed && toRecord(changed);
  }

  async removePasskey(id: UserRecord['id'], passkey: PasskeyRecord['id']) {
    const holder = { _id: id, 'passkeys.id': passkey };
    const changed = await this.#store.change(holder, { $pull: { passkeys: { id: passkey } } });
    return changed && toRecord(changed);
  }

  async countHour(id: UserRecord['id'], hour: number, at: Date) {
    if (!Number.isInteger(hour) || hour < 0 || hour > 23) {
      throw new Fault('invalid-input', 'An hour of the day is a number from 0 to 23.');
    }
    const update = { $inc: { [`hours.${hour}`]: 1 }, $max: { lastSeenAt: at } };
    await this.#store.changeAll({ _id: id }, update);
  }

  async list(filter: Parameters<Users['list']>[0], request: PageRequest) {
    const wanted: Filter = {
      applicationId: null,
      ...(filter.role ? { role: filter.role } : {}),
      ...(filter.status ? { status: filter.status } : {}),
      ...(filter.group ? { groups: filter.group } : {}),
      ...(filter.q ? contains(filter.q, ['email', 'name']) : {}),
    };
    const order = { field: 'createdAt', direction: -1 } as const;
    return mapPage(await pageOf(this.#store, wanted, order, request), toRecord);
  }

  count() {
    return this.#store.count({});
  }

  join(group: string, ids: UserRecord['id'][]) {
    const outside = { _id: op({ $in: ids }), groups: op({ $ne: group }) };
    return this.#changeEach(outside, { $addToSet: { groups: group } });
  }

  leave(group: string, ids: UserRecord['id'][] | 'all') {
    const inside = { groups: group, ...(ids === 'all' ? {} : { _id: op({ $in: ids }) }) };
    return this.#changeEach(inside, { $pull: { groups: group } });
  }

  async #changeEach(filter: Filter, update: Update): Promise<UserRecord[]> {
    const found = await this.#store.many(filter, { _id: 1 });
    const ids = { _id: op({ $in: found.map(({ _id }) => _id) }) };
    await this.#store.changeAll(ids, update);
    return (await this.#store.many(ids, { _id: 1 })).map(toRecord);
  }
}

async function taken<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'conflict') throw error;
    throw new Fault('conflict', 'Somebody with this e-mail address is there already.', {
      fix: 'Use another address, or change the person who has it.',
      cause: error,
    });
  }
}

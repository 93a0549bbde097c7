// Keys of the audit log, sealed: one for each person, and the one that the log signs with.
import { randomBytes } from 'node:crypto';
import type { Connection } from 'mongoose';
import type { PersonKeys } from '@verity/domain/audit/ports';
import type { Vault } from '@verity/domain/identity/ports';
import { declareCollection, op, Store } from './store';

const KEY_BYTES = 32;

interface KeyDocument {
  /** Of the person, or `platform`. */
  _id: string;
  sealed: string;
}

export const auditPersonKeys = declareCollection(
  'audit_person_keys',
  { _id: String, sealed: { type: String, required: true } },
  [],
);

export class MongoPersonKeys implements PersonKeys {
  readonly #store: Store<KeyDocument>;

  constructor(
    connection: Connection,
    private readonly vault: Vault,
  ) {
    this.#store = new Store(connection, auditPersonKeys);
  }

  async of(persons: readonly string[]) {
    const there = await this.existing(persons);
    const missing = persons.filter((person) => !there.has(person));
    if (missing.length === 0) return there;
    await this.#store.insertMissing(
      missing.map((_id) => ({
        _id,
        sealed: this.vault.seal(purposeOf(_id), randomBytes(KEY_BYTES)),
      })),
    );
    // Read again: another writer may have made one first.
    return this.existing(persons);
  }

  async existing(persons: readonly string[]) {
    const found = await this.#store.many({ _id: op({ $in: [...persons] }) }, {});
    return new Map<string, Uint8Array>(
      found.map(({ _id, sealed }) => [_id, this.vault.open(purposeOf(_id), sealed)]),
    );
  }

  async destroy(person: string) {
    await this.#store.removed({ _id: person });
  }
}

/** A sealed key in the document of another person does not open. */
const purposeOf = (person: string): string => `audit key of ${person}`;

interface LogDocument {
  _id: string;
  origin: string;
  /** The private key, 32 bytes. */
  sealed: string;
}

export const auditLogs = declareCollection(
  'audit_logs',
  {
    _id: String,
    origin: { type: String, required: true },
    sealed: { type: String, required: true },
  },
  [],
);

const LOG = 'log';
const LOG_PURPOSE = 'audit log';

/** The name and seed of the log; made with this name when there is none yet, and the same ever after. */
export async function openLogSeed(
  connection: Connection,
  vault: Vault,
  origin: string,
): Promise<{ origin: string; seed: Uint8Array }> {
  const store = new Store<LogDocument>(connection, auditLogs);
  const sealed = vault.seal(LOG_PURPOSE, randomBytes(KEY_BYTES));
  if (!(await store.one({ _id: LOG }))) await store.insertMissing([{ _id: LOG, origin, sealed }]);
  const found = (await store.one({ _id: LOG })) ?? { origin, sealed };
  return { origin: found.origin, seed: vault.open(LOG_PURPOSE, found.sealed) };
}

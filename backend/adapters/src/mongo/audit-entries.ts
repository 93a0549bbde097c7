// The index of the audit log: its records in full, by their place in the log.
import type { Connection } from 'mongoose';
import type {
  AuditFilter,
  AuditIndex,
  FoundEntry,
  IndexedRecord,
} from '@verity/domain/audit/ports';
import { FIELDS_OF } from '@verity/domain/audit/ports';
import type { RecordPersons } from '@verity/domain/audit/leaf';
import type { ClosedField } from '@verity/protocol/audit/closed-fields';
import type { AuditEntry } from '@verity/protocol/audit/schemas';
import { mapPage, pageOf, type PageRequest } from './paging';
import { declareCollection, op, part, Store, type Filter } from './store';

const WALK_CHUNK = 500;

export interface EntryDocument {
  _id: number;
  leaf_hash: string;
  record: AuditEntry['record'];
  persons: RecordPersons;
  erased: ClosedField[];
  archived?: string;
}

export const auditEntries = declareCollection(
  'audit_entries',
  {
    _id: Number,
    leaf_hash: { type: String, required: true },
    record: part({
      id: String,
      // As it is hashed: text. Instants of one precision sort as text.
      at: String,
      actor: String,
      action: String,
      subject: String,
      outcome: String,
      address: String,
      details: Object,
    }),
    persons: part({ actor: String, subject: String }),
    erased: [String],
    archived: String,
  },
  [
    [{ 'record.id': 1 }, { unique: true }],
    [{ 'record.at': -1 }],
    [{ 'record.actor': 1, _id: -1 }],
    [{ 'record.subject': 1, _id: -1 }],
    [{ 'record.action': 1, _id: -1 }],
    [{ 'persons.actor': 1, _id: -1 }],
    [{ 'persons.subject': 1, _id: -1 }],
  ],
);

export class MongoAuditEntries implements AuditIndex {
  readonly #store: Store<EntryDocument>;

  constructor(connection: Connection) {
    this.#store = new Store(connection, auditEntries);
  }

  async end() {
    const last = await this.#store.one({}, { _id: -1 });
    return last ? last._id + 1 : 0;
  }

  async missing(size: number) {
    if ((await this.count(size)) === size) return [];
    const missing: number[] = [];
    let next = 0;
    for await (const { _id } of this.#store.walk({ _id: op({ $lt: size }) })) {
      while (next < _id) missing.push(next++);
      next = _id + 1;
    }
    while (next < size) missing.push(next++);
    return missing;
  }

  async known(ids: readonly string[]) {
    const found = await this.#store.many({ 'record.id': op({ $in: [...ids] }) }, {});
    return new Set<string>(found.map(({ record }) => record.id));
  }

  async add(entries: readonly IndexedRecord[]) {
    await this.#store.insertMissing(
      entries.map(({ index, leafHash, record, persons }) => ({
        _id: index,
        leaf_hash: leafHash,
        record,
        persons,
        erased: [],
      })),
    );
  }

  async list(filter: AuditFilter, request: PageRequest) {
    const newestFirst = { field: '_id', direction: -1 } as const;
    return mapPage(await pageOf(this.#store, condition(filter), newestFirst, request), toEntry);
  }

  async byId(id: string) {
    const found = await this.#store.one({ 'record.id': id });
    return found && toFound(found);
  }

  async at(index: number) {
    const found = await this.#store.one({ _id: index });
    return found && toFound(found);
  }

  count(size: number) {
    return this.#store.count({ _id: op({ $lt: size }) });
  }

  async *walk(filter: AuditFilter, { from = 0, to }: { from?: number; to?: number } = {}) {
    const range = op({ $gte: from, ...(to === undefined ? {} : { $lt: to }) });
    const fitting = { $and: [condition(filter), { _id: range }] };
    for await (const document of this.#store.walk(fitting, WALK_CHUNK)) yield toFound(document);
  }

  async erase(person: string) {
    let touched = 0;
    for (const role of ['actor', 'subject'] as const) {
      const theirs = { [`persons.${role}`]: person };
      touched += await this.#store.count(theirs);
      const fields = FIELDS_OF[role];
      await this.#store.changeAll(theirs, {
        $set: {
          // Who it was is what goes.
          [`persons.${role}`]: ERASED,
          ...Object.fromEntries(fields.map((field) => [`record.${field}`, null])),
        },
        $addToSet: { erased: op({ $each: [...fields] }) },
      });
    }
    return touched;
  }
}

/** Stands in place of a person whose key is destroyed. */
const ERASED = 'erased';

const toEntry = ({ _id, leaf_hash, record, erased }: EntryDocument): AuditEntry => ({
  index: _id,
  leaf_hash,
  record,
  erased,
});

export const toFound = (document: EntryDocument): FoundEntry => ({
  ...toEntry(document),
  persons: document.persons,
  archived: document.archived,
});

function condition({ actor, subject, action, outcome, from, to, person }: AuditFilter): Filter {
  const within = {
    ...(from ? { $gte: from.toISOString() } : {}),
    ...(to ? { $lt: to.toISOString() } : {}),
  };
  return {
    ...(actor ? { 'record.actor': actor } : {}),
    ...(subject ? { 'record.subject': subject } : {}),
    ...(action ? { 'record.action': action } : {}),
    ...(outcome ? { 'record.outcome': outcome } : {}),
    ...((from ?? to) ? { 'record.at': op(within) } : {}),
    ...(person ? { $or: [{ 'persons.subject': person }, { 'persons.actor': person }] } : {}),
  };
}

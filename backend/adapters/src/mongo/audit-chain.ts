// The chain of audit records, in MongoDB.
import type { Connection } from 'mongoose';
import { Fault } from '@verity/protocol/faults';
import type { AuditRecord, ChainedAuditRecord } from '@verity/protocol/audit/schemas';
import type { AuditChain, AuditFilter } from '@verity/domain/audit/ports';
import { mapPage, pageOf, type PageRequest } from './paging';
import { declareCollection, op, part, Store, type Filter } from './store';

/** Records read at once: whoever verifies them hashes so many without giving way to others. */
const WALK_CHUNK = 250;

/** The place in the chain is the id: no two records take one place. */
interface LinkDocument {
  _id: number;
  prev_hash: string;
  hash: string;
  record: AuditRecord;
}

export const auditRecords = declareCollection(
  'audit_records',
  {
    _id: Number,
    prev_hash: { type: String, required: true },
    hash: { type: String, required: true },
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
  },
  [
    [{ 'record.id': 1 }, { unique: true }],
    [{ 'record.at': -1 }],
    [{ 'record.actor': 1, _id: -1 }],
    [{ 'record.subject': 1, _id: -1 }],
    [{ 'record.action': 1, _id: -1 }],
  ],
);

const toLink = ({ _id, ...rest }: LinkDocument): ChainedAuditRecord => ({ seq: _id, ...rest });

export class MongoAuditChain implements AuditChain {
  readonly #store: Store<LinkDocument>;

  constructor(connection: Connection) {
    this.#store = new Store(connection, auditRecords);
  }

  async head() {
    const last = await this.#store.one({}, { _id: -1 });
    return last && { seq: last._id, hash: last.hash };
  }

  async append(records: ChainedAuditRecord[]) {
    await this.#mustFollow(records);
    let rest = records.map(({ seq, ...link }) => ({ _id: seq, ...link }));
    while (rest.length > 0) {
      const inserted = await this.#store.insertInOrder(rest);
      const stopped = rest[inserted];
      if (!stopped) return;
      // Stored by an attempt whose answer was lost, or taken by another writer.
      const there = await this.#store.one({ _id: stopped._id });
      if (there?.hash !== stopped.hash) throw taken(stopped._id);
      rest = rest.slice(inserted + 1);
    }
  }

  /** No gap and no fork: each record names the hash of the one before it, the first that of one in the chain. */
  async #mustFollow(records: ChainedAuditRecord[]) {
    const first = records[0];
    if (!first) return;
    if (first.seq > 0) {
      const before = await this.#store.one({ _id: first.seq - 1 });
      if (before?.hash !== first.prev_hash) throw taken(first.seq);
    }
    records.forEach(({ seq, prev_hash }, index) => {
      const before = records[index - 1];
      if (before && (seq !== before.seq + 1 || prev_hash !== before.hash)) throw taken(seq);
    });
  }

  async known(ids: string[]) {
    const found = await this.#store.many({ 'record.id': op({ $in: ids }) }, {});
    return new Set<string>(found.map(({ record }) => record.id));
  }

  async list(filter: AuditFilter, request: PageRequest) {
    const newestFirst = { field: '_id', direction: -1 } as const;
    return mapPage(await pageOf(this.#store, condition(filter), newestFirst, request), toLink);
  }

  async *walk() {
    for await (const document of this.#store.walk({}, WALK_CHUNK)) yield toLink(document);
  }
}

function condition({ actor, subject, action, outcome, from, to }: AuditFilter): Filter {
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
  };
}

const taken = (seq: number): Fault =>
  new Fault('conflict', `Record ${seq} does not follow on the head of the chain.`, {
    fix: 'Read the head again and chain on it.',
  });

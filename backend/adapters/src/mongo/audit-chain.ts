// The chain of audit records as it was before the log, in MongoDB: read once more, then removed.
import type { Connection } from 'mongoose';
import type { ChainedAuditRecord } from '@verity/domain/audit/chain';
import type { AuditRecord } from '@verity/protocol/audit/schemas';
import { declareCollection, part, Store } from './store';

const WALK_CHUNK = 250;

interface LinkDocument {
  /** The place in the chain. */
  _id: number;
  prev_hash: string;
  hash: string;
  record: AuditRecord;
}

const auditRecords = declareCollection(
  'audit_records',
  {
    _id: Number,
    prev_hash: { type: String, required: true },
    hash: { type: String, required: true },
    record: part({
      id: String,
      at: String,
      actor: String,
      action: String,
      subject: String,
      outcome: String,
      address: String,
      details: Object,
    }),
  },
  [],
);

export class MongoFormerChain {
  readonly #store: Store<LinkDocument>;

  constructor(connection: Connection) {
    this.#store = new Store(connection, auditRecords);
  }

  async isEmpty(): Promise<boolean> {
    return (await this.#store.one({})) === null;
  }

  /** From the first to the last, in order. */
  async *walk(): AsyncGenerator<ChainedAuditRecord, void, undefined> {
    for await (const { _id, ...rest } of this.#store.walk({}, WALK_CHUNK)) {
      yield { seq: _id, ...rest };
    }
  }

  async remove(): Promise<void> {
    await this.#store.removeAll({});
  }

  /** Puts links there as they were written once. */
  async restore(links: readonly ChainedAuditRecord[]): Promise<void> {
    await this.#store.insertMissing(links.map(({ seq, ...rest }) => ({ _id: seq, ...rest })));
  }
}

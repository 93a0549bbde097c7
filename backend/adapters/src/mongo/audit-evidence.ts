// Blocks of evidence, in MongoDB: their bytes while they wait for IPFS, and what is known of those that are there.
import type { Connection, mongo } from 'mongoose';
import type { EvidencePart } from '@verity/domain/audit/evidence';
import type { EvidenceStore } from '@verity/domain/audit/ports';
import { declareCollection, op, Store } from './store';

interface EvidenceDocument {
  /** The CID. */
  _id: string;
  record: string;
  person: string;
  state: 'waiting' | 'stored' | 'unpin';
  bytes: number;
  /** While it waits. */
  block: Buffer | mongo.Binary | null;
  kept_at: Date;
}

export const auditEvidence = declareCollection(
  'audit_evidence',
  {
    _id: String,
    record: { type: String, required: true },
    person: { type: String, required: true },
    state: { type: String, required: true },
    bytes: { type: Number, required: true },
    block: Buffer,
    kept_at: { type: Date, required: true },
  },
  [[{ state: 1, kept_at: 1 }], [{ person: 1 }]],
);

export class MongoAuditEvidence implements EvidenceStore {
  readonly #store: Store<EvidenceDocument>;

  constructor(connection: Connection) {
    this.#store = new Store(connection, auditEvidence);
  }

  keep = async (parts: readonly EvidencePart[], of: { record: string; person: string }) => {
    const kept_at = new Date();
    // One by one: a document may not be larger than a few blocks.
    for (const { cid, block } of parts) {
      await this.#store.insertMissing([
        {
          _id: cid,
          ...of,
          state: 'waiting',
          bytes: block.length,
          block: Buffer.from(block),
          kept_at,
        },
      ]);
    }
  };

  waiting = async (limit: number, cids?: readonly string[]) => {
    const named = cids ? { _id: op({ $in: [...cids] }) } : {};
    const found = await this.#store.many({ state: 'waiting', ...named }, { kept_at: 1 }, limit);
    return found.flatMap(({ _id, block }) => (block ? [{ cid: _id, block: bytesOf(block) }] : []));
  };

  stored = async (cid: string) => {
    const waits = { _id: cid, state: 'waiting' };
    await this.#store.changed(waits, { $set: { state: 'stored', block: null } });
  };

  copy = async (cid: string) => {
    const found = await this.#store.one({ _id: cid });
    return found?.block ? bytesOf(found.block) : null;
  };

  flag = async (person: string) => {
    const theirs = { person, state: op({ $ne: 'unpin' }) };
    const count = await this.#store.count(theirs);
    await this.#store.changeAll(theirs, { $set: { state: 'unpin', block: null } });
    return count;
  };

  flagged = async (limit: number) =>
    (await this.#store.many({ state: 'unpin' }, { kept_at: 1 }, limit)).map(({ _id }) => _id);

  forget = async (cid: string) => {
    await this.#store.removed({ _id: cid, state: 'unpin' });
  };

  counts = async () => {
    const found = await this.#store.aggregate<{ _id: string; count: number; bytes: number }>([
      { $group: { _id: '$state', count: { $sum: 1 }, bytes: { $sum: '$bytes' } } },
    ]);
    const of = (state: string) => found.find(({ _id }) => _id === state);
    return {
      waiting: of('waiting')?.count ?? 0,
      stored: of('stored')?.count ?? 0,
      unpin: of('unpin')?.count ?? 0,
      waiting_bytes: of('waiting')?.bytes ?? 0,
    };
  };
}

const bytesOf = (block: Buffer | mongo.Binary): Uint8Array =>
  Uint8Array.from(Buffer.isBuffer(block) ? block : block.buffer);

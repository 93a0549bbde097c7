// The anchors of the log, in MongoDB.
import type { Connection } from 'mongoose';
import type { AnchorState, AuditAnchor } from '@verity/protocol/audit/schemas';
import type { AnchorBook, KeptAnchor } from '@verity/domain/audit/ports';
import { Fault } from '@verity/protocol/faults';
import { mapPage, pageOf, type PageRequest } from './paging';
import { declareCollection, op, part, Store, type Filter } from './store';

/** The size of its tree is the id: no two anchors of one size. */
interface AnchorDocument extends Omit<AuditAnchor, 'size'> {
  _id: number;
  revision: number;
}

const place = part({
  chain_id: Number,
  contract: String,
  transaction: String,
  block: part({ number: Number, hash: String }),
  gas_used: Number,
});

export const auditAnchors = declareCollection(
  'audit_anchors',
  {
    _id: Number,
    root: { type: String, required: true },
    checkpoint: { type: String, required: true },
    previous_size: Number,
    consistency: [String],
    state: { type: String, required: true },
    transactions: [String],
    // Instants as text: they are shown, never searched.
    sending: part({ nonce: Number, max_fee: String, max_priority_fee: String, at: String }),
    place,
    earlier: [place],
    frozen_at: { type: String, required: true },
    sent_at: String,
    confirmed_at: String,
    last_error: String,
    revision: { type: Number, required: true },
  },
  [[{ state: 1, _id: 1 }], [{ 'place.block.number': 1 }]],
);

/** In no block: what is to be sent, or waits for one. */
const UNPLACED: Filter = { state: op({ $in: ['pending', 'sent'] }), place: null };
/** In a block of a chain that is in use. */
const PLACED: Filter = { state: op({ $in: ['sent', 'confirmed'] }), place: op({ $ne: null }) };

export class MongoAuditAnchors implements AnchorBook {
  readonly #store: Store<AnchorDocument>;

  constructor(connection: Connection) {
    this.#store = new Store(connection, auditAnchors);
  }

  async list({ state }: { state?: AnchorState }, request: PageRequest) {
    const newestFirst = { field: '_id', direction: -1 } as const;
    const found = await pageOf(this.#store, state ? { state } : {}, newestFirst, request);
    return mapPage(found, toAnchor);
  }

  async newest(state?: AnchorState) {
    const found = await this.#store.one(state ? { state } : {}, { _id: -1 });
    return found && toAnchor(found);
  }

  async covering(index: number) {
    const found = await this.#store.one(
      { state: 'confirmed', _id: op({ $gt: index }) },
      { _id: 1 },
    );
    return found && toAnchor(found);
  }

  async get(size: number) {
    const found = await this.#store.one({ _id: size });
    return found && toAnchor(found);
  }

  async add({ size, ...rest }: AuditAnchor) {
    try {
      await this.#store.insert({ _id: size, ...rest, revision: 0 });
      return true;
    } catch (error) {
      if (error instanceof Fault && error.code === 'conflict') return false;
      throw error;
    }
  }

  async unplaced(limit: number) {
    return (await this.#store.many(UNPLACED, { _id: 1 }, limit)).map(toKept);
  }

  async placedBeyond({
    block,
    size,
    chainId,
    contract,
  }: Parameters<AnchorBook['placedBeyond']>[0]) {
    const beyond = [
      { 'place.block.number': op({ $gte: block }) },
      { _id: op({ $gt: size }) },
      { 'place.chain_id': op({ $ne: chainId }) },
      { 'place.contract': op({ $ne: contract }) },
    ];
    return (await this.#store.many({ ...PLACED, $or: beyond }, { _id: 1 })).map(toKept);
  }

  async unconfirmed() {
    return (await this.#store.many({ ...PLACED, state: 'sent' }, { _id: 1 })).map(toKept);
  }

  async change({ size, revision }: KeptAnchor, to: Partial<Omit<AuditAnchor, 'size'>>) {
    const changed = await this.#store.change(
      { _id: size, revision },
      { $set: { ...to, revision: revision + 1 } },
    );
    return changed && toKept(changed);
  }

  dropUnsent(below: number) {
    const unsent = { state: 'pending', transactions: op({ $size: 0 }), earlier: op({ $size: 0 }) };
    return this.#store.removeAll({ ...unsent, _id: op({ $lt: below }) });
  }

  drop({ size, revision }: KeptAnchor) {
    return this.#store.removed({ _id: size, revision });
  }

  countOpen() {
    return this.#store.count({ state: op({ $in: ['pending', 'sent'] }) });
  }
}

function toAnchor({ revision: _, ...document }: AnchorDocument): AuditAnchor {
  const { _id, ...rest } = document;
  return {
    ...rest,
    size: _id,
    previous_size: rest.previous_size ?? null,
    sending: rest.sending ?? null,
    place: rest.place ?? null,
    sent_at: rest.sent_at ?? null,
    confirmed_at: rest.confirmed_at ?? null,
    last_error: rest.last_error ?? null,
  };
}

const toKept = (document: AnchorDocument): KeptAnchor => ({
  ...toAnchor(document),
  revision: document.revision,
});

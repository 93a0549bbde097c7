// What audit needs of the world: the chain of records, and a way to append to it.
import type { PageRequest } from '../kernel/page-request';
import type {
  AnchorState,
  AuditAnchor,
  AuditRecord,
  ChainedAuditRecord,
} from '@verity/protocol/audit/schemas';
import type { Page } from '@verity/protocol/page';
import type { EvidencePart } from './evidence';

export interface AuditFilter {
  actor?: string;
  subject?: string;
  action?: string;
  outcome?: 'success' | 'failure';
  from?: Date;
  to?: Date;
}

export interface AuditChain {
  head(): Promise<{ seq: number; hash: string } | null>;
  /** Appends in order; a record whose id is there already is left alone. Throws `conflict` when `seq` is taken. */
  append(records: ChainedAuditRecord[]): Promise<void>;
  /** Ids among these that are in the chain already. */
  known(ids: string[]): Promise<Set<string>>;
  list(filter: AuditFilter, page: PageRequest): Promise<Page<ChainedAuditRecord>>;
  /** From the first to the last, in order. */
  walk(): AsyncIterable<ChainedAuditRecord>;
}

/** Puts a record on its way into the chain; resolves when the bus has it. */
export interface Journal {
  record: (entry: Omit<AuditRecord, 'id' | 'at'> & { at?: Date }) => Promise<void>;
}

/** The anchors of the log, for whoever reads them. */
export interface AuditAnchors {
  /** Newest, and so largest, first. */
  list(filter: { state?: AnchorState }, page: PageRequest): Promise<Page<AuditAnchor>>;
  /** The largest, of a state when one is named. */
  newest(state?: AnchorState): Promise<AuditAnchor | null>;
  /** The smallest confirmed one whose tree holds the entry of this index; null while none does. */
  covering(index: number): Promise<AuditAnchor | null>;
  get(size: number): Promise<AuditAnchor | null>;
}

/** An anchor as whoever moves it on holds it: a change succeeds only on the revision that was read. */
export interface KeptAnchor extends AuditAnchor {
  readonly revision: number;
}

/** The anchors of the log, for the one that moves them on. */
export interface AnchorBook extends AuditAnchors {
  /** False when there is one of this size. */
  add(anchor: AuditAnchor): Promise<boolean>;
  /** Those that are not in a block, smallest first; `limit` at most. */
  unplaced(limit: number): Promise<KeptAnchor[]>;
  /** Those in a block: of this number or later, or of a larger tree than `size`, or not at this contract; smallest first. */
  placedBeyond(at: {
    block: number;
    size: number;
    chainId: number;
    contract: string;
  }): Promise<KeptAnchor[]>;
  /** Those in a block and not confirmed, smallest first. */
  unconfirmed(): Promise<KeptAnchor[]>;
  /** The anchor after the change; null when somebody changed it since it was read. */
  change(anchor: KeptAnchor, to: Partial<Omit<AuditAnchor, 'size'>>): Promise<KeptAnchor | null>;
  /** Removes those below a size for which no transaction was ever made: a larger one covers them. How many. */
  dropUnsent(below: number): Promise<number>;
  /** Removes one that is not needed; false when somebody changed it since it was read. */
  drop(anchor: KeptAnchor): Promise<boolean>;
  /** Those that are not confirmed, nor left. */
  countOpen(): Promise<number>;
}

/** Where parts of evidence wait until they are on IPFS, and what is known of those that are there. */
export interface EvidenceStore {
  /** Durable when it resolves. A part that is there already is left alone. */
  keep: (parts: readonly EvidencePart[], of: { record: string; person: string }) => Promise<void>;
  /** Parts that wait, those that have waited longest first; of these names only, when given. */
  waiting: (limit: number, cids?: readonly string[]) => Promise<EvidencePart[]>;
  /** It is on IPFS: the copy that waited goes. Nothing when it was flagged in the meantime. */
  stored: (cid: string) => Promise<void>;
  /** The copy that still waits; null when there is none. */
  copy: (cid: string) => Promise<Uint8Array | null>;
  /** Flags what belongs to a person for removal; copies that wait go at once. How many. */
  flag: (person: string) => Promise<number>;
  flagged: (limit: number) => Promise<string[]>;
  /** It is gone from IPFS too. */
  forget: (cid: string) => Promise<void>;
  counts: () => Promise<{ waiting: number; stored: number; unpin: number; waiting_bytes: number }>;
}

/** Blocks on IPFS. Each throws `unavailable` when no node answers. */
export interface Blocks {
  /** Stored and pinned, on the node's disk, when it resolves with the name that the node gives it. */
  put: (block: Uint8Array) => Promise<string>;
  /** Exactly the bytes of that name; null when the node has none. Throws `internal` when the node has others. */
  get: (cid: string) => Promise<Uint8Array | null>;
  /** Unpins and removes it; nothing when it is gone already. */
  remove: (cid: string) => Promise<void>;
  health: () => Promise<{ version: string; blocks: number; bytes: number }>;
}

// What audit needs of the world: the index of the log, keys of people, and a way to put a record on its way.
import type { ClosedField } from '@verity/protocol/audit/closed-fields';
import type {
  Action,
  AnchorState,
  AuditAnchor,
  AuditEntry,
  AuditRecord,
  AuditVerification,
} from '@verity/protocol/audit/schemas';
import type { JobId } from '@verity/protocol/ids';
import type { Page } from '@verity/protocol/page';
import type { PageRequest } from '../kernel/page-request';
import type { EvidencePart } from './evidence';
import type { RecordPersons } from './leaf';
import type { SignEd25519, VerifierKey, VerifyEd25519 } from './signed-note';

export interface AuditFilter {
  actor?: string;
  subject?: string;
  action?: Action;
  outcome?: 'success' | 'failure';
  from?: Date;
  to?: Date;
  /** The person whom a record is about, or who acted. */
  person?: string;
}

/** An entry as it goes into the index. */
export interface IndexedRecord {
  readonly index: number;
  /** Lower-case hex. */
  readonly leafHash: string;
  readonly record: AuditRecord;
  readonly persons: RecordPersons;
}

/** An entry of the index, with whose keys closed its leaf. */
export type FoundEntry = AuditEntry & {
  readonly persons: RecordPersons;
  /** The archive that has the details. */
  readonly archived?: string | undefined;
};

/** Records in full, by their place in the log. The log is the truth, and the index may be behind it. */
export interface AuditIndex {
  /** The place behind the last record. */
  end(): Promise<number>;
  /** Places below `size` that have no record, in order. */
  missing(size: number): Promise<number[]>;
  /** Ids among these that have a place. */
  known(ids: readonly string[]): Promise<Set<string>>;
  /** Those that are there already are left alone. */
  add(entries: readonly IndexedRecord[]): Promise<void>;
  list(filter: AuditFilter, page: PageRequest): Promise<Page<AuditEntry>>;
  byId(id: string): Promise<FoundEntry | null>;
  at(index: number): Promise<FoundEntry | null>;
  /** Records in places below `size`. */
  count(size: number): Promise<number>;
  /** In order, from `from` up to, not including, `to`. */
  walk(filter: AuditFilter, range?: { from?: number; to?: number }): AsyncIterable<FoundEntry>;
  /** Takes out what belongs to a person; answers how many records lost something. */
  erase(person: string): Promise<number>;
}

/** Files for details of old records, and what the index knows of them. */
export interface AuditArchive {
  /** Records older than `before` whose details are in the index. */
  countDue(before: Date): Promise<number>;
  /** The first of them, in the order of the log. */
  due(before: Date, limit: number): Promise<FoundEntry[]>;
  /** On disk when it resolves. */
  write(file: string, text: string): Promise<void>;
  /** Takes the details of these records out of the index, and notes where they are. */
  release(file: string, indices: readonly number[]): Promise<void>;
  /** Null when it is lost or cannot be unpacked. */
  read(file: string): Promise<string | null>;
}

/** A key of 32 bytes for each person; what it closed cannot be opened once it is destroyed. */
export interface PersonKeys {
  /** Keys of these people, made where there is none. */
  of(persons: readonly string[]): Promise<Map<string, Uint8Array>>;
  /** Those that are there. */
  existing(persons: readonly string[]): Promise<Map<string, Uint8Array>>;
  destroy(person: string): Promise<void>;
}

/** The log's name and the key that it signs with. */
export interface LogIdentity {
  readonly key: VerifierKey;
  readonly sign: SignEd25519;
  readonly verify: VerifyEd25519;
}

export interface AuditVerifications {
  begin(verification: AuditVerification): Promise<void>;
  progress(
    id: JobId,
    done: Pick<AuditVerification, 'done' | 'anchors' | 'evidence'>,
  ): Promise<void>;
  end(verification: AuditVerification): Promise<void>;
  list(page: PageRequest): Promise<Page<AuditVerification>>;
  byId(id: JobId): Promise<AuditVerification | null>;
  /** The newest that ended with a verdict. */
  lastVerdict(): Promise<AuditVerification | null>;
}

/** Puts a record on its way into the log; resolves when the bus has it. */
export interface Journal {
  record: (entry: Omit<AuditRecord, 'id' | 'at'> & { at?: Date; id?: string }) => Promise<void>;
}

/** Members of an entry that belong to each of its two persons. */
export const FIELDS_OF: Readonly<Record<keyof RecordPersons, readonly ClosedField[]>> = {
  actor: ['actor', 'address'],
  subject: ['details', 'subject'],
};

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

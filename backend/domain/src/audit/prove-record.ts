// Puts together what proves a record: its leaf out of the log, its path to an anchored tree, and what opens it.
import type { ClosedField } from '@verity/protocol/audit/closed-fields';
import type { RecordProof } from '@verity/protocol/audit/proof-schemas';
import type { AuditAnchor, AuditEntry, AuditRecord } from '@verity/protocol/audit/schemas';
import { Fault } from '@verity/protocol/faults';
import type { Checkpoint } from './checkpoint';
import { evidenceIn, type Evidence } from './evidence';
import { toHex } from './hex';
import {
  evidenceKeyOf,
  openingOf,
  opens,
  ownerOf,
  parseLeaf,
  type HmacSha512,
  type Leaf,
  type Opening,
} from './leaf';
import type { Sha256 } from './merkle';
import type { AuditAnchors, AuditIndex, EvidenceStore, FoundEntry, PersonKeys } from './ports';
import { proveInclusion, type ReadNodes } from './prove';
import type { Receipt, ReceiptAnchor } from './receipt';
import { writeVerifierKey, type VerifierKey } from './signed-note';

/** The log, read. */
export interface ReadableLog {
  checkpoint(): Promise<(Checkpoint & { readonly note: string }) | null>;
  reader(size: number): ReadNodes;
  entries(begin: number, end: number, size: number): AsyncIterable<Uint8Array>;
}

export interface ProofPorts {
  readonly index: Pick<AuditIndex, 'byId'>;
  readonly anchors: Pick<AuditAnchors, 'covering'>;
  readonly keys: Pick<PersonKeys, 'existing'>;
  readonly evidence: Pick<EvidenceStore, 'copy'>;
  readonly log: ReadableLog;
  readonly key: VerifierKey;
  readonly sha256: Sha256;
  readonly hmac: HmacSha512;
}

/** Members of a record that a receipt can open. */
export type Disclosable = ClosedField | 'evidence';

/** A tree that a proof can be made for. */
interface Tree {
  readonly size: number;
  readonly root: string;
  readonly note: string;
  readonly anchor: AuditAnchor | null;
}

export type RecordProofs = ReturnType<typeof recordProofs>;

export function recordProofs(ports: ProofPorts) {
  const { index, anchors, keys, log, sha256, hmac } = ports;
  const verifierKey = writeVerifierKey(ports.key, sha256);

  /** The smallest anchored tree that holds the entry, else the tree of today. */
  const treeFor = async (place: number): Promise<Tree> => {
    const anchor = await anchors.covering(place);
    if (anchor) return { size: anchor.size, root: anchor.root, note: anchor.checkpoint, anchor };
    const latest = await log.checkpoint();
    if (!latest || latest.size <= place) throw notThere(place);
    return { size: latest.size, root: toHex(latest.root), note: latest.note, anchor: null };
  };

  const leafAt = async (place: number, size: number): Promise<Leaf> => {
    for await (const entry of log.entries(place, place + 1, size)) {
      const leaf = parseLeaf(entry);
      if (leaf) return leaf;
    }
    throw notThere(place);
  };

  const gather = async (entry: FoundEntry) => {
    const tree = await treeFor(entry.index);
    const [leaf, { path }] = await Promise.all([
      leafAt(entry.index, tree.size),
      proveInclusion(entry.index, tree.size, log.reader(tree.size), sha256),
    ]);
    return { tree, leaf, path: path.map(toHex) };
  };

  const receiptOf = async (
    entry: FoundEntry,
    disclose: readonly Disclosable[],
  ): Promise<Receipt> => {
    const { tree, leaf, path } = await gather(entry);
    const persons = [...new Set(Object.values(entry.persons) as string[])];
    const keyOf = await keys.existing(persons);
    const openings: Partial<Record<ClosedField, Opening>> = {};
    for (const field of disclose) {
      if (field === 'evidence' || entry.erased.includes(field)) continue;
      const key = keyOf.get(entry.persons[ownerOf(field)]);
      if (!key) continue;
      const opening = openingOf(whole(entry), field, key, hmac);
      if (!opens(leaf, field, opening, sha256)) throw misfit(entry.index, field);
      openings[field] = opening;
    }
    const subjectKey = keyOf.get(entry.persons.subject);
    const sealed = evidenceOf(entry) !== null && openings.details !== undefined;
    return {
      format: 'verity-receipt',
      version: 1,
      leaf,
      openings,
      evidence:
        disclose.includes('evidence') && sealed && subjectKey
          ? { key: toHex(evidenceKeyOf(subjectKey, leaf.id, hmac)) }
          : null,
      inclusion: { index: entry.index, size: tree.size, leaf_hash: entry.leaf_hash, path },
      log: { key: verifierKey },
      checkpoint: tree.note,
      anchor: tree.anchor && placeOf(tree.anchor),
    };
  };

  const find = async (id: string): Promise<FoundEntry> => {
    const entry = await index.byId(id);
    if (!entry) {
      throw new Fault('not-found', 'There is no such audit record.', {
        fix: 'A record that was made just now is in the log within a second.',
      });
    }
    return entry;
  };

  return {
    find,
    receiptOf,

    /** Throws `not-found`. */
    async proofOf(id: string): Promise<RecordProof> {
      const { persons: _, ...entry } = await find(id);
      const { tree, leaf, path } = await gather({ persons: _, ...entry });
      const evidence = evidenceOf(entry);
      return {
        entry,
        leaf: { ...leaf },
        inclusion: { index: entry.index, size: tree.size, path },
        root: tree.root,
        checkpoint: tree.note,
        anchor: tree.anchor,
        evidence: evidence && {
          cids: [...evidence.cids],
          bytes: evidence.bytes,
          state: await stateOf(ports.evidence, evidence),
        },
      };
    },

    /** Throws `not-found` when there is no record, no evidence, or no key to it any more. */
    async evidenceKey(id: string): Promise<{ evidence: Evidence; key: Uint8Array }> {
      const entry = await find(id);
      const evidence = evidenceOf(entry);
      const key = (await keys.existing([entry.persons.subject])).get(entry.persons.subject);
      if (!evidence || !key) {
        throw new Fault('not-found', 'This record has no evidence that can be read.', {
          fix: 'Evidence is kept for large details only, and goes when its person is erased.',
        });
      }
      return { evidence, key: evidenceKeyOf(key, id, hmac) };
    },
  };
}

/** Where the first block is says where all are: they are kept, stored and removed together. */
async function stateOf(
  store: Pick<EvidenceStore, 'copy'>,
  { cids }: Evidence,
): Promise<'waiting' | 'stored'> {
  const [first] = cids;
  return first !== undefined && (await store.copy(first)) ? 'waiting' : 'stored';
}

const evidenceOf = ({ record }: Pick<AuditEntry, 'record'>): Evidence | null =>
  record.details && evidenceIn(record.details);

/** Where in a record a field was erased, only the others are asked for. */
const whole = ({ record }: FoundEntry): AuditRecord => record as AuditRecord;

function placeOf({ place }: AuditAnchor): ReceiptAnchor | null {
  if (!place) return null;
  const { chain_id, contract, transaction, block } = place;
  return { chain_id, contract, transaction, block: { number: block.number, hash: block.hash } };
}

const notThere = (place: number): Fault =>
  new Fault('unavailable', `The log that this process reads has no entry ${place}.`, {
    fix: 'Give every process the same DATA_DIR, or try again in a moment.',
  });

const misfit = (place: number, field: ClosedField): Fault =>
  new Fault('unavailable', `The ${field} of record ${place} is not what its leaf says.`, {
    fix: 'Have the log verified: somebody has changed the index.',
  });

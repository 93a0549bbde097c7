// A log of made-up records with the receipts for them, the same each time: for vectors, specs and the measure of tampering.
import { createCipheriv, createHash, createHmac } from 'node:crypto';
import { ed25519 } from '@noble/curves/ed25519';
import { CLOSED_FIELDS, type ClosedField } from '@verity/protocol/audit/closed-fields';
import { writeCheckpoint } from '@verity/domain/audit/checkpoint';
import { externalise, type EvidencePart } from '@verity/domain/audit/evidence';
import { inHex, toHex } from '@verity/domain/audit/hex';
import {
  evidenceKeyOf,
  leafBytes,
  leafOf,
  openingOf,
  ownerOf,
  type RecordKeys,
} from '@verity/domain/audit/leaf';
import { MerkleLog, type LogFiles, type LogKeys } from '@verity/domain/audit/log';
import {
  CompactRange,
  leafHash,
  perfectParts,
  type Hash,
  type NodeAt,
} from '@verity/domain/audit/merkle';
import { besideLeaf, proveInclusion, type ReadNodes } from '@verity/domain/audit/prove';
import type { Receipt, ReceiptAnchor } from '@verity/domain/audit/receipt';
import { signNote, writeNote, writeVerifierKey } from '@verity/domain/audit/signed-note';
import { tilePath } from '@verity/domain/audit/tiles';
import type { AuditRecord } from '@verity/protocol/audit/schemas';

export const sha256 = (bytes: Uint8Array): Uint8Array =>
  createHash('sha256').update(bytes).digest();
const hmac = (key: Uint8Array, message: string): Uint8Array =>
  createHmac('sha512', key).update(message).digest();
const closing = { sha256Hex: inHex(sha256), hmac };
const seal = (key: Uint8Array, iv: Uint8Array, aad: Uint8Array, plain: Uint8Array): Uint8Array => {
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(aad);
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
};
const bytesOf = (what: string): Uint8Array => sha256(Buffer.from(`verity sample: ${what}`));

/** The keys of a log whose secret anybody can compute: never one of a real log. */
export function sampleKeys(name: string): LogKeys {
  const seed = bytesOf(`log ${name}`);
  return {
    key: { name, kind: 'ed25519', key: ed25519.getPublicKey(seed) },
    sign: (message) => ed25519.sign(message, seed),
    verify: (key, message, signature) => ed25519.verify(signature, message, key, { zip215: false }),
    sha256,
  };
}

const PERSON: RecordKeys = { actor: bytesOf('person 1'), subject: bytesOf('person 2') };
const id = (index: number): string =>
  `01900000-0000-7000-8000-${index.toString(16).padStart(12, '0')}`;

/** A record; `evidence` makes details that are too large to stay. */
function recordAt(
  index: number,
  evidence: boolean,
): { record: AuditRecord; parts: EvidencePart[] } {
  const record = {
    id: id(index),
    at: new Date(Date.UTC(2026, 0, 1) + index * 1000).toISOString(),
    actor: 'system:policy',
    action: index % 3 === 0 ? 'session.terminated' : 'session.decided',
    subject: `user:${id(index % 7)}`,
    outcome: index % 5 === 0 ? 'failure' : 'success',
    address: index % 2 === 0 ? '192.0.2.7' : null,
    details: {
      user: id(index % 7),
      score: (index % 100) / 100,
      reason: 'Typing differs – “€” and \u0000 are written as they must be',
      ...(evidence ? { samples: Array.from({ length: 900 }, (_, at) => at * 1.5 + index) } : {}),
    },
  } as unknown as AuditRecord;
  const key = evidenceKeyOf(PERSON.subject, record.id, hmac);
  return externalise(record, key, { sha256, seal });
}

export interface SampleLog {
  readonly keys: LogKeys;
  readonly verifierKey: string;
  readonly log: MerkleLog;
  /** Blocks of evidence by their names. */
  readonly blocks: ReadonlyMap<string, Uint8Array>;
  /** What the log is anchored as, given to each receipt. */
  receipt(index: number, options?: ReceiptOptions): Promise<Receipt>;
}

export interface ReceiptOptions {
  readonly anchor?: ReceiptAnchor | null;
  readonly disclose?: readonly ClosedField[];
}

export interface SampleOptions {
  readonly name?: string;
  readonly hasEvidence?: (index: number) => boolean;
}
const none = (): boolean => false;

/** Appends records to a new log; each whose index `hasEvidence` takes has evidence. */
export async function sampleLog(
  files: LogFiles,
  entries: number,
  { name = 'sample.verity.example/log', hasEvidence = none }: SampleOptions = {},
): Promise<SampleLog> {
  const keys = sampleKeys(name);
  const log = await MerkleLog.open(files, keys);
  const blocks = new Map<string, Uint8Array>();
  const made = Array.from({ length: entries }, (_, index) => {
    const { record, parts } = recordAt(index, hasEvidence(index));
    for (const { cid, block } of parts) blocks.set(cid, block);
    return leafBytes(leafOf(record, PERSON, closing));
  });
  await log.append(made);
  return {
    keys,
    verifierKey: writeVerifierKey(keys.key, sha256),
    log,
    blocks,
    receipt: (index, options) =>
      receiptOf(
        index,
        hasEvidence(index),
        { keys, read: log.reader(), size: log.size, checkpoint: log.checkpoint ?? '' },
        options,
      ),
  };
}

interface TreeOf {
  readonly keys: LogKeys;
  readonly read: ReadNodes;
  readonly size: number;
  readonly checkpoint: string;
}

async function receiptOf(
  index: number,
  evidence: boolean,
  { keys, read, size, checkpoint }: TreeOf,
  { anchor = null, disclose = CLOSED_FIELDS }: ReceiptOptions = {},
): Promise<Receipt> {
  const { record, parts } = recordAt(index, evidence);
  const leaf = leafOf(record, PERSON, closing);
  const { path } = await proveInclusion(index, size, read, sha256);
  const opens = parts.length > 0 && disclose.includes('details');
  return {
    format: 'verity-receipt',
    version: 1,
    leaf,
    openings: Object.fromEntries(
      disclose.map((field) => [field, openingOf(record, field, PERSON[ownerOf(field)], hmac)]),
    ),
    evidence: opens ? { key: toHex(evidenceKeyOf(PERSON.subject, record.id, hmac)) } : null,
    inclusion: {
      index,
      size,
      leaf_hash: toHex(leafHash(leafBytes(leaf), sha256)),
      path: path.map(toHex),
    },
    log: { key: writeVerifierKey(keys.key, sha256) },
    checkpoint,
    anchor,
  };
}

/**
 * A receipt out of a log far too large to be made up: one record among leaves that are hashes of numbers. The same
 * tree as if those were the hashes of entries.
 */
export async function receiptOfLargeLog(index: number, size: number): Promise<Receipt> {
  const keys = sampleKeys('large.verity.example/log');
  const nodes = new Map<string, Hash>();
  const place = ({ level, index: at }: NodeAt): string => `${level}/${at}`;
  const needed = new Set(
    besideLeaf(index, size).flatMap(({ begin, end }) => perfectParts(begin, end).map(place)),
  );
  const keep = (node: NodeAt, hash: Hash): void => {
    if (needed.has(place(node))) nodes.set(place(node), hash);
  };
  const tree = new CompactRange(sha256);
  const { record } = recordAt(index, false);
  const ours = leafHash(leafBytes(leafOf(record, PERSON, closing)), sha256);
  for (let at = 0; at < size; at++) {
    const hash = at === index ? ours : sha256(Buffer.from(String(at)));
    keep({ level: 0, index: at }, hash);
    tree.push(hash, keep);
  }
  const read: ReadNodes = async (asked) => asked.map((node) => nodes.get(place(node)) as Hash);
  const text = writeCheckpoint({ origin: keys.key.name, size, root: tree.root() });
  const checkpoint = writeNote({
    text,
    signatures: [await signNote(text, keys.key, keys.sign, sha256)],
  });
  return receiptOf(index, false, { keys, read, size, checkpoint });
}

/** A log's directory in memory. */
export function inMemory(
  kept = new Map<string, Uint8Array>(),
): LogFiles & { kept: Map<string, Uint8Array> } {
  return {
    kept,
    read: (path) => Promise.resolve(kept.get(path) ?? null),
    write: async (files) => files.forEach(({ path, bytes }) => kept.set(path, bytes)),
    publish: async (bytes) => void kept.set('checkpoint', bytes),
    removePartials: async (tiles) => {
      const starts = tiles.map((tile) => `${tilePath(tile)}.p/`);
      for (const path of kept.keys()) {
        if (starts.some((start) => path.startsWith(start))) kept.delete(path);
      }
    },
  };
}

// What proves an audit record, what a check of a receipt found, and how the log stands.
import { z } from 'zod';
import { Instant } from '../ids';
import { AuditAnchor, AuditEntry, AuditLeaf, AuditVerification } from './schemas';

const digest = z.string().regex(/^[0-9a-f]{64}$/);

/** Where the blocks of evidence are: `waiting` for IPFS, `stored` there, or `gone` with the person's key. */
export const EvidenceState = z.object({
  cids: z.array(z.string()),
  /** Of the plain text. */
  bytes: z.number().int(),
  state: z.enum(['waiting', 'stored', 'gone']),
});

/** A record with all that stands between it and the chain. */
export const RecordProof = z.object({
  entry: AuditEntry,
  leaf: AuditLeaf,
  inclusion: z.object({
    index: z.number().int(),
    size: z.number().int(),
    path: z.array(digest),
  }),
  /** Root of the tree of that size. */
  root: digest,
  /** The signed note of that tree. */
  checkpoint: z.string(),
  /** The confirmed anchor of that tree; null while none covers the record. */
  anchor: AuditAnchor.nullable(),
  evidence: EvidenceState.nullable(),
});
export type RecordProof = z.infer<typeof RecordProof>;

export const RECEIPT_LINKS = [
  'format',
  'leaf',
  'openings',
  'inclusion',
  'checkpoint',
  'anchor',
  'evidence',
] as const;

export const ReceiptLink = z.object({
  link: z.enum(RECEIPT_LINKS),
  state: z.enum(['holds', 'fails', 'unchecked']),
  /** What was found, in a sentence. */
  why: z.string(),
  /** JSON Pointer into the receipt, or what was asked: an RPC address, a transaction, a CID; null where all of it is meant. */
  where: z.string().nullable(),
  /** It was asked for, and whoever was asked did not answer. */
  unanswered: z.literal(true).optional(),
});
export type ReceiptLink = z.infer<typeof ReceiptLink>;

const Trust = z.enum(['pinned', 'from the receipt']);

/**
 * What a check of a receipt found. `proven`: nothing fails, and the chain holds the root. `consistent`: nothing fails,
 * and the chain was not asked or has no anchor yet. `broken`: a link fails.
 */
export const ReceiptReport = z.object({
  verdict: z.enum(['proven', 'consistent', 'broken']),
  /** The first link that fails. */
  failed: z.enum(RECEIPT_LINKS).nullable(),
  links: z.array(ReceiptLink),
  /** Where the key of the log and the contract were taken from. */
  trust: z.object({ key: Trust, contract: Trust }),
  /** What the verdict rests on beyond the receipt. */
  cautions: z.array(z.string()),
  /** What the receipt is about; null when it cannot be read. */
  record: z
    .object({
      leaf: AuditLeaf,
      /** What is disclosed, by field. */
      disclosed: z.record(z.string(), z.unknown()),
      evidence: z.record(z.string(), z.unknown()).nullable(),
      index: z.number().int(),
      size: z.number().int(),
      origin: z.string().nullable(),
      root: digest.nullable(),
      /** When the block with the anchor was made. */
      anchoredAt: Instant.nullable(),
    })
    .nullable(),
});
export type ReceiptReport = z.infer<typeof ReceiptReport>;

/** How the log stands. */
export const LogIntegrity = z.object({
  log: z.object({
    origin: z.string(),
    /** C2SP verifier key. */
    key: z.string(),
    size: z.number().int(),
    root: digest,
    checkpoint: z.string().nullable(),
  }),
  /** Entries of the log that the index has no record of. */
  gaps: z.number().int(),
  /** Records on their way into the log. */
  waiting: z.number().int().nullable(),
  anchors: z.object({
    /** Entries that a confirmed anchor covers. */
    size: z.number().int(),
    newest: AuditAnchor.nullable(),
    /** Anchors that are not confirmed. */
    pending: z.number().int(),
    /** Of the oldest entry that no anchor covers. */
    waiting_since: Instant.nullable(),
  }),
  chain: z.object({
    ok: z.boolean(),
    chain_id: z.number().int().nullable(),
    contract: z.string().nullable(),
    /** Where a browser can ask the chain itself. */
    rpc_url: z.string().nullable(),
    /** With `{tx}` for the hash of a transaction. */
    explorer: z.string().nullable(),
    error: z.string().nullable(),
  }),
  ipfs: z.object({
    ok: z.boolean(),
    stored: z.number().int(),
    waiting: z.number().int(),
    error: z.string().nullable(),
  }),
  last_verification: AuditVerification.nullable(),
});
export type LogIntegrity = z.infer<typeof LogIntegrity>;

// What a verifier says of a receipt: each link of the proof by itself, and the verdict over all of them.
import type { Leaf } from './leaf';

/** The links of the proof, in the order in which each builds on those before. */
export const LINKS = [
  'format',
  'leaf',
  'openings',
  'inclusion',
  'checkpoint',
  'anchor',
  'evidence',
] as const;
export type LinkName = (typeof LINKS)[number];

export interface Link {
  readonly link: LinkName;
  readonly state: 'holds' | 'fails' | 'unchecked';
  /** One or two sentences for a person. */
  readonly why: string;
  /** JSON Pointer into the receipt, or the name of a block of evidence; null when the link holds. */
  readonly where: string | null;
  /** It was asked for, and whoever was asked did not answer. */
  readonly unanswered?: true;
}

export type TrustSource = 'pinned' | 'from the receipt';

export interface Report {
  /**
   * `proven`: nothing fails, and the chain holds the root. `consistent`: nothing fails, and the chain was not asked or
   * has no anchor yet. `broken`: a link fails.
   */
  readonly verdict: 'proven' | 'consistent' | 'broken';
  /** The first link that fails. */
  readonly failed: LinkName | null;
  /** All of them, in order. */
  readonly links: readonly Link[];
  /** Where the key of the log and the contract were taken from. */
  readonly trust: { readonly key: TrustSource; readonly contract: TrustSource };
  /** What the verdict rests on beyond the receipt. */
  readonly cautions: readonly string[];
  /** What the receipt is about; null when it cannot be read. */
  readonly record: ReportedRecord | null;
}

export interface ReportedRecord {
  readonly leaf: Leaf;
  /** What is disclosed, by field. */
  readonly disclosed: Readonly<Record<string, unknown>>;
  /** Details that were opened from evidence. */
  readonly evidence: Readonly<Record<string, unknown>> | null;
  readonly index: number;
  readonly size: number;
  readonly origin: string | null;
  /** Of the signed tree, in hex. */
  readonly root: string | null;
  /** When the block with the anchor was made: the record is not younger. ISO 8601. */
  readonly anchoredAt: string | null;
}

/** What a single check found, before it is a link of a report. */
export interface Finding {
  readonly state: Link['state'];
  readonly why: string;
  readonly where: string | null;
  readonly unanswered?: true;
}

export const holds = (why: string): Finding => ({ state: 'holds', why, where: null });
export const fails = (why: string, where: string): Finding => ({ state: 'fails', why, where });
export const unchecked = (why: string, where: string | null = null): Finding => ({
  state: 'unchecked',
  why,
  where,
});
export const unanswered = (why: string, where: string | null = null): Finding => ({
  ...unchecked(why, where),
  unanswered: true,
});

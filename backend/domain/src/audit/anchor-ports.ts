// What anchoring needs of the world: the log as others see it, the book of anchors, and a chain with the contract on it.
import type { AnchorPlace } from '@verity/protocol/audit/schemas';
import type { Clock } from '../kernel/ports';
import type { Checkpoint } from './checkpoint';
import type { Sha256 } from './merkle';
import type { AnchorBook } from './ports';
import type { ReadNodes } from './prove';

/** Wei for each gas (EIP-1559). */
export interface Fees {
  readonly maxFee: bigint;
  readonly maxPriorityFee: bigint;
}

/** What the contract is asked to anchor; hashes in lower-case hex. */
export interface AnchorCall {
  readonly size: number;
  readonly root: string;
  readonly consistency: readonly string[];
}

/** A signed transaction that nobody has seen yet: its hash is written down before it is sent. */
export interface SignedAnchor {
  readonly hash: string;
  readonly fees: Fees;
  send(): Promise<void>;
}

/** Why no transaction was made. `soon`: it goes by itself within seconds. */
export interface AnchorRefusal {
  readonly refused: string;
  readonly soon: boolean;
}

/** The contract on a chain. Each call throws `unavailable` when there is no answer in time, or one that is none. */
export interface AnchorChain {
  readonly chainId: number;
  /** Lower-case. */
  readonly contract: string;
  /** Blocks, its own among them, after which a transaction counts. */
  readonly confirmations: number;
  /** A development chain: transactions cost nothing, and its state may be lost. */
  readonly local: boolean;
  /** The number of the last block. */
  head(): Promise<number>;
  blockHash(number: number): Promise<string | null>;
  /** The tree that the contract holds as the last; size 0 before the first. */
  latest(): Promise<{ size: number; root: string }>;
  rootAt(size: number): Promise<string | null>;
  /** What became of a transaction: null while it is in no block; `anchored` false when it failed, or did something else. */
  outcome(
    transaction: string,
    anchor: { size: number; root: string },
  ): Promise<{ place: AnchorPlace; anchored: boolean } | null>;
  /** Where a tree was anchored, by the event of the contract, whoever sent the transaction. */
  find(anchor: { size: number; root: string }): Promise<AnchorPlace | null>;
  /** Whether the node has this transaction, in a block or waiting for one. */
  isKnown(transaction: string): Promise<boolean>;
  /** Transactions of our account that are in blocks: the nonce of the next one. */
  nonce(): Promise<number>;
  /** Signs a transaction with this nonce; with fees that beat `above` by what nodes ask of a replacement. */
  sign(call: AnchorCall, nonce: number, above?: Fees): Promise<SignedAnchor | AnchorRefusal>;
}

export interface AnchoringPorts {
  readonly book: AnchorBook;
  readonly log: {
    /** Null before the first entry. Throws `internal` when it is not signed by the log. */
    checkpoint(): Promise<(Checkpoint & { note: string }) | null>;
    reader(size: number): ReadNodes;
  };
  /** The contract, deployed and ready. Throws `unavailable`, or `conflict` when what is there is not ours. */
  readonly openChain: () => Promise<AnchorChain>;
  /** Does the work unless somebody else does it already, which answers false. */
  readonly alone: (work: () => Promise<void>) => Promise<boolean>;
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly clock: Clock;
  readonly sha256: Sha256;
}

/** When a checkpoint is frozen: so many entries, or so much time, after the one before. */
export interface AnchorLimits {
  readonly entries: number;
  readonly seconds: number;
  /** A run goes on for as long as something moves within this time; five seconds when left out. */
  readonly patienceMs?: number;
}

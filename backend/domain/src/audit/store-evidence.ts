// Brings blocks of evidence from where they wait to IPFS, and takes those away that nobody may keep any more.
import { Fault } from '@verity/protocol/faults';
import type { Blocks, EvidenceStore } from './ports';

/** Blocks in hand at once: 16 MiB at most. */
const BATCH = 16;
/** Blocks that fail in a row and are passed over: more of them are the fault of the node. */
const MOST_FAILURES = 50;

export interface StoringPorts {
  readonly store: Pick<EvidenceStore, 'waiting' | 'stored' | 'flagged' | 'forget' | 'counts'>;
  /** Null where no node is named. */
  readonly blocks: Blocks | null;
}

export interface StoringResult {
  /** Put, read back, and the copy that waited let go. */
  stored: number;
  /** Unpinned and removed. */
  removed: number;
  waiting: number;
  /** Why nothing more could be done: what waits goes on waiting. Null when all was done. */
  away: string | null;
  /** Blocks that the node does not keep as it should, and why: at most fifty. */
  failures: { cid: string; why: string }[];
}

/** A node that is away is no failure: evidence is safe where it waits. Throws what the store throws. */
export async function storeEvidence(
  { store, blocks }: StoringPorts,
  {
    cids,
    signal,
    progress,
  }: {
    /** These blocks alone. */
    cids?: readonly string[];
    signal: AbortSignal;
    progress?: (done: number, total: number) => void;
  },
): Promise<StoringResult> {
  const before = await store.counts();
  const total = (cids?.length ?? before.waiting) + before.unpin;
  const result: StoringResult = {
    stored: 0,
    removed: 0,
    waiting: before.waiting,
    away: blocks ? null : 'IPFS_URL names no node.',
    failures: [],
  };
  const failed = new Set<string>();
  /** False when the node is away. */
  const attempt = async (cid: string, work: (node: Blocks) => Promise<void>): Promise<boolean> => {
    signal.throwIfAborted();
    if (!blocks) return false;
    try {
      await work(blocks);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      if (error.code === 'unavailable') {
        result.away = error.message;
        return false;
      }
      failed.add(cid);
      result.failures.push({ cid, why: error.message });
    }
    progress?.(result.stored + result.removed, total);
    return failed.size < MOST_FAILURES;
  };

  const removeFlagged = async (): Promise<boolean> => {
    for (;;) {
      const flagged = (await store.flagged(BATCH + failed.size)).filter((cid) => !failed.has(cid));
      if (flagged.length === 0) return true;
      for (const cid of flagged) {
        const goOn = await attempt(cid, async (node) => {
          await node.remove(cid);
          await store.forget(cid);
          result.removed += 1;
        });
        if (!goOn) return false;
      }
    }
  };
  const storeWaiting = async (): Promise<boolean> => {
    for (;;) {
      const found = await store.waiting(BATCH + failed.size, cids);
      const waiting = found.filter(({ cid }) => !failed.has(cid));
      if (waiting.length === 0) return true;
      for (const { cid, block } of waiting) {
        const goOn = await attempt(cid, async (node) => {
          const name = await node.put(block);
          if (name !== cid) throw misnamed(cid, name);
          // Read back, and believed by its hash alone.
          if (!(await node.get(cid))) throw lost(cid);
          await store.stored(cid);
          result.stored += 1;
        });
        if (!goOn) return false;
      }
    }
  };
  // What a person has a right to see gone goes first.
  if (blocks && (await removeFlagged())) await storeWaiting();
  return { ...result, waiting: (await store.counts()).waiting };
}

/** A block of evidence for whoever reads it: the copy that waits, else what the node has. Null when neither has it. */
export const evidenceBlock =
  (store: Pick<EvidenceStore, 'copy'>, blocks: Pick<Blocks, 'get'> | null) =>
  async (cid: string): Promise<Uint8Array | null> =>
    (await store.copy(cid)) ?? (blocks ? blocks.get(cid) : null);

const misnamed = (cid: string, name: string): Fault =>
  new Fault('internal', `The IPFS node calls the block ${cid} by another name, ${name}.`, {
    fix: 'See what answers at IPFS_URL: it must be the RPC of a Kubo node.',
  });

const lost = (cid: string): Fault =>
  new Fault('internal', `The IPFS node took the block ${cid} and has it no more.`, {
    fix: 'See the log of the node, and whether its disk keeps what is written.',
  });

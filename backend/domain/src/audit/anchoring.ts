// Keeps the chain in step with the log: freezes checkpoints, sends them in order, follows them until they are deep enough,
// and begins again with those that a reorganisation, or a chain that lost its state, took back.
import { Fault } from '@verity/protocol/faults';
import type { AnchorChain, AnchoringPorts, AnchorLimits } from './anchor-ports';
import { freezeCheckpoint } from './freeze-checkpoint';
import type { KeptAnchor } from './ports';
import { sendAnchor } from './send-anchor';

/** Blocks below the last one in which every anchor is looked at again: more than any chain in use reorganises. */
const LOOK_BACK = 96;
const PATIENCE_MS = 5_000;
const POLL_MS = 250;

export interface SyncResult {
  frozen: number;
  sent: number;
  confirmed: number;
  /** Taken back by the chain, or found in another block than before. */
  reorganised: number;
  /** Anchors that are not confirmed yet. */
  pending: number;
  /** Why it does not go on; what waits is sent when it does. */
  problem: string | null;
}

/**
 * Does all that can be done now. A chain that is away, and a log that does not fit, end in `problem` and not in an error:
 * the next run goes on from here. Two runs at once: one of them does it.
 */
export async function syncAnchors(
  ports: AnchoringPorts,
  limits: AnchorLimits,
  signal: AbortSignal,
): Promise<SyncResult> {
  const result: SyncResult = {
    frozen: 0,
    sent: 0,
    confirmed: 0,
    reorganised: 0,
    pending: 0,
    problem: null,
  };
  await ports.alone(async () => {
    try {
      if (await freezeCheckpoint(ports, limits)) result.frozen++;
      await keepUp(await ports.openChain(), ports, limits, signal, result);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      result.problem = [error.message, error.fix].filter(Boolean).join(' ');
      await noteOn(ports, result.problem);
    }
  });
  result.pending = await ports.book.countOpen();
  return result;
}

async function keepUp(
  chain: AnchorChain,
  ports: AnchoringPorts,
  { patienceMs = PATIENCE_MS }: AnchorLimits,
  signal: AbortSignal,
  result: SyncResult,
): Promise<void> {
  result.reorganised += await lookAgain(chain, ports);
  let movedAt = performance.now();
  while (!signal.aborted) {
    const [anchor] = await ports.book.unplaced(1);
    const step = anchor ? await sendAnchor(anchor, chain, ports) : 'waits';
    if (step === 'sent') result.sent++;
    const confirmed = await confirm(chain, ports);
    result.confirmed += confirmed;
    if (step === 'refused') return;
    if (step !== 'waits' || confirmed > 0) movedAt = performance.now();
    else if (!anchor && (await ports.book.unconfirmed()).length === 0) return;
    else if (performance.now() - movedAt > patienceMs) return;
    else await ports.pause(POLL_MS, signal);
  }
}

/** Looks again at every anchor that the chain may have taken back. How many it has. */
async function lookAgain(chain: AnchorChain, { book }: AnchoringPorts): Promise<number> {
  const { chainId, contract, confirmations } = chain;
  const [head, latest, newest] = [await chain.head(), await chain.latest(), await book.newest()];
  const suspects = await book.placedBeyond({
    block: head - Math.max(LOOK_BACK, 2 * confirmations),
    size: latest.size,
    chainId,
    contract,
  });
  let taken = 0;
  for (const anchor of suspects) {
    const { place } = anchor;
    if (!place) continue;
    if (place.chain_id !== chainId || place.contract !== contract) {
      // Left for good: one new anchor covers them all. A chain of our own is anchored as it was.
      const left = !chain.local && anchor.size !== newest?.size;
      if (left) await book.change(anchor, { state: 'elsewhere' });
      else if (await book.change(anchor, takenBack(anchor, true))) taken++;
      continue;
    }
    const stands = anchor.size <= latest.size && (await isAt(chain, place.block));
    if (stands) continue;
    const now = await chain.outcome(place.transaction, anchor);
    const to = now?.anchored
      ? { ...takenBack(anchor, false), place: now.place }
      : takenBack(anchor, false);
    if (await book.change(anchor, to)) taken++;
  }
  return taken;
}

const takenBack = ({ place, earlier }: KeptAnchor, afresh: boolean) => ({
  ...(afresh
    ? { state: 'pending' as const, transactions: [], sending: null, sent_at: null }
    : { state: 'sent' as const }),
  place: null,
  confirmed_at: null,
  earlier: place ? [...earlier, place] : earlier,
});

const isAt = async (
  chain: AnchorChain,
  { number, hash }: { number: number; hash: string },
): Promise<boolean> => (await chain.blockHash(number)) === hash;

/** Those whose blocks are deep enough, and stand there. */
async function confirm(chain: AnchorChain, { book, clock }: AnchoringPorts): Promise<number> {
  const waiting = await book.unconfirmed();
  if (waiting.length === 0) return 0;
  const head = await chain.head();
  let confirmed = 0;
  for (const anchor of waiting) {
    const { place } = anchor;
    if (!place || head - place.block.number + 1 < chain.confirmations) continue;
    if (!(await isAt(chain, place.block))) continue;
    if ((await chain.rootAt(anchor.size)) !== anchor.root) continue;
    const to = { state: 'confirmed', confirmed_at: clock().toISOString() } as const;
    if (await book.change(anchor, to)) confirmed++;
  }
  return confirmed;
}

async function noteOn({ book }: AnchoringPorts, problem: string): Promise<void> {
  const [first] = await book.unplaced(1);
  if (first && first.last_error !== problem) await book.change(first, { last_error: problem });
}

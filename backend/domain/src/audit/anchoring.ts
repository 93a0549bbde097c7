// Keeps the chain in step with the log: freezes checkpoints, sends them in order, follows them until they are deep enough,
// and begins again with those that a reorganisation, or a chain that lost its state, took back.
import type { AuditAnchor } from '@verity/protocol/audit/schemas';
import { Fault } from '@verity/protocol/faults';
import type { AnchorChain, AnchoringPorts, AnchorLimits } from './anchor-ports';
import { freezeCheckpoint } from './freeze-checkpoint';
import type { KeptAnchor } from './ports';
import { sendAnchor } from './send-anchor';

/** Blocks below the last one in which every anchor is looked at again: more than any chain in use reorganises. */
const LOOK_BACK = 96;
const PATIENCE_MS = 5_000;
/** Nodes of others count what they are asked. */
const POLL_MS = 2_000;
const LOCAL_POLL_MS = 250;

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
    else await ports.pause(chain.local ? LOCAL_POLL_MS : POLL_MS, signal);
  }
}

/** Looks again at every anchor that the chain may have taken back. How many it has. */
async function lookAgain(chain: AnchorChain, ports: AnchoringPorts): Promise<number> {
  const { book } = ports;
  const { chainId, contract, confirmations } = chain;
  const [head, latest] = [await chain.head(), await chain.latest()];
  const suspects = await book.placedBeyond({
    block: head - Math.max(LOOK_BACK, 2 * confirmations),
    size: latest.size,
    chainId,
    contract,
  });
  const isHere = ({ place }: KeptAnchor): boolean =>
    place?.chain_id === chainId && place.contract === contract;
  const here = suspects.filter(isHere);
  const last = here.at(-1)?.place?.block.number ?? 0;
  // A reorganisation puts other blocks in the place of some, as many or more: who has fewer is behind.
  if (!chain.local && head < last) throw behind(head, last);
  // A block stands on all before it: from the last one back, the first that stands vouches for the rest.
  let gone = here.length;
  while (gone > 0 && !(await stands(here[gone - 1], latest.size, chain))) gone--;
  let taken = 0;
  for (const anchor of here.slice(gone)) {
    const now = anchor.place && (await chain.outcome(anchor.place.transaction, anchor));
    const to = takenBack(anchor);
    if (await book.change(anchor, now?.anchored ? { ...to, place: now.place } : to)) taken++;
  }
  const foreign = suspects.filter((anchor) => !isHere(anchor));
  return taken + (await leave(foreign, chain, ports));
}

const behind = (head: number, last: number): Fault =>
  new Fault(
    'unavailable',
    `The node of the chain is behind: its last block is ${head}, and the last anchor is in block ${last}.`,
    { fix: 'Wait until it is in step, or name another node by CHAIN_URL.' },
  );

/** Whether an anchor is still where the book has it. */
async function stands(
  anchor: KeptAnchor | undefined,
  anchored: number,
  chain: AnchorChain,
): Promise<boolean> {
  if (!anchor?.place || anchor.size > anchored) return false;
  return isAt(chain, anchor.place.block);
}

/** Anchors at a contract that is not in use any more: on a chain of our own all are made again, elsewhere the newest covers them. */
async function leave(
  foreign: readonly KeptAnchor[],
  chain: AnchorChain,
  { book }: AnchoringPorts,
): Promise<number> {
  const newest = foreign.length > 0 ? await book.newest() : null;
  let taken = 0;
  for (const anchor of foreign) {
    const again = chain.local || anchor.size === newest?.size;
    const afresh: Partial<AuditAnchor> = {
      state: 'pending',
      transactions: [],
      sending: null,
      sent_at: null,
    };
    const to: Partial<AuditAnchor> = again
      ? { ...takenBack(anchor), ...afresh }
      : { state: 'elsewhere' };
    if ((await book.change(anchor, to)) && again) taken++;
  }
  return taken;
}

const takenBack = ({ place, earlier }: KeptAnchor) => ({
  state: 'sent' as const,
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

// Brings one anchor to the chain: looks what became of it, sends it, pays more when it is stuck.
import { Fault } from '@verity/protocol/faults';
import type { AnchorChain, AnchoringPorts, Fees } from './anchor-ports';
import { fromHex, toHex } from './hex';
import type { Checkpoint } from './checkpoint';
import { checkConsistency, type Sha256 } from './merkle';
import type { KeptAnchor } from './ports';
import { proveConsistency } from './prove';

/** A transaction that is in no block for so long is replaced: five blocks of Ethereum. */
export const STUCK_SECONDS = 60;

/**
 * `placed`: it is in a block; `sent`: a transaction of it has just gone out; `waits`: nothing to do for the moment;
 * `refused`: it cannot be sent as things are; `gone`: it is not needed any more; `taken`: somebody else moves it on.
 */
export type Step = 'placed' | 'sent' | 'waits' | 'refused' | 'gone' | 'taken';

/** One step of an anchor that is in no block. Throws `conflict` when the chain holds what this log never was. */
export async function sendAnchor(
  anchor: KeptAnchor,
  chain: AnchorChain,
  ports: AnchoringPorts,
): Promise<Step> {
  for (const transaction of anchor.transactions.toReversed()) {
    const found = await chain.outcome(transaction, anchor);
    if (found?.anchored) return place(anchor, found.place, ports);
  }
  const latest = await chain.latest();
  if (anchor.size <= latest.size) return adopt(anchor, chain, ports);
  const way = await wayOut(anchor, chain, ports.clock());
  if (way === null) return 'waits';
  const consistency = await extension(anchor, latest, ports);
  const signed = await chain.sign({ ...anchor, consistency }, way.nonce, way.above);
  if ('refused' in signed) {
    if (signed.soon) return 'waits';
    await ports.book.change(anchor, { last_error: signed.refused });
    return 'refused';
  }
  const now = ports.clock().toISOString();
  // Written down before it goes out: whoever finds this anchor later knows of every transaction there may be.
  const held = await ports.book.change(anchor, {
    state: 'sent',
    previous_size: latest.size,
    consistency,
    transactions: [...anchor.transactions.filter((one) => one !== signed.hash), signed.hash],
    sending: {
      nonce: way.nonce,
      max_fee: String(signed.fees.maxFee),
      max_priority_fee: String(signed.fees.maxPriorityFee),
      at: now,
    },
    sent_at: anchor.sent_at ?? now,
    last_error: null,
  });
  if (!held) return 'taken';
  await signed.send();
  return 'sent';
}

/** The nonce to send with, and the fees to beat; null while a transaction that is under way has time. */
async function wayOut(
  { sending, transactions }: KeptAnchor,
  chain: AnchorChain,
  now: Date,
): Promise<{ nonce: number; above?: Fees } | null> {
  const nonce = await chain.nonce();
  const last = transactions.at(-1);
  // Another transaction has taken its nonce: it can never be in a block.
  if (!sending || !last || sending.nonce !== nonce) return { nonce };
  const age = now.getTime() - Date.parse(sending.at);
  // A clock that went back has waited long enough.
  const early = age >= 0 && age < STUCK_SECONDS * 1000;
  if (early && (await chain.isKnown(last))) return null;
  const above = {
    maxFee: BigInt(sending.max_fee),
    maxPriorityFee: BigInt(sending.max_priority_fee),
  };
  return { nonce, above };
}

/** The proof that the contract will ask for, checked here first. */
async function extension(
  { size, root }: KeptAnchor,
  latest: { size: number; root: string },
  { log, sha256 }: AnchoringPorts,
): Promise<string[]> {
  if (latest.size === 0) return [];
  const proof = await proveConsistency(latest.size, size, log.reader(size), sha256);
  const [before, after] = [fromHex(latest.root), fromHex(root)];
  const verdict = before && after && checkConsistency(proof, before, after, sha256);
  if (verdict?.holds) return proof.path.map(toHex);
  throw new Fault(
    'conflict',
    `The audit log does not extend the tree of ${latest.size} entries that is anchored: its history was rewritten, or the contract belongs to another log.`,
    { fix: 'Keep both as they are for whoever investigates; restore the log from a backup.' },
  );
}

/** Whether a checkpoint of the log goes on from a tree that is anchored (lower-case hex). */
export async function isExtended(
  anchored: { size: number; root: string },
  checkpoint: Checkpoint,
  log: AnchoringPorts['log'],
  sha256: Sha256,
): Promise<boolean> {
  const before = fromHex(anchored.root);
  if (!before || checkpoint.size < anchored.size) return false;
  const { size, root } = checkpoint;
  const proof = await proveConsistency(anchored.size, size, log.reader(size), sha256);
  return checkConsistency(proof, before, root, sha256).holds;
}

/** The contract is as far already: by a transaction that the book does not know, or by a larger tree. */
async function adopt(anchor: KeptAnchor, chain: AnchorChain, ports: AnchoringPorts): Promise<Step> {
  const found = await chain.find(anchor);
  if (found) return place(anchor, found, ports);
  const root = await chain.rootAt(anchor.size);
  if (root !== null && root !== anchor.root) {
    throw new Fault(
      'conflict',
      `The chain holds another tree of ${anchor.size} entries than the audit log has.`,
      { fix: 'Keep both as they are for whoever investigates; restore the log from a backup.' },
    );
  }
  // A larger tree is there: this one cannot follow, and is not needed.
  return root === null && (await ports.book.drop(anchor)) ? 'gone' : 'waits';
}

async function place(
  anchor: KeptAnchor,
  at: NonNullable<KeptAnchor['place']>,
  { book }: AnchoringPorts,
): Promise<Step> {
  const placed = await book.change(anchor, { state: 'sent', place: at, last_error: null });
  return placed ? 'placed' : 'taken';
}

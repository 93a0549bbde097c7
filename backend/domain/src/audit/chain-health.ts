// Whether the chain is fit to be anchored on, and holds what the book says: each look by itself, in words.
import { Fault } from '@verity/protocol/faults';
import type { AnchorChain, AnchoringPorts } from './anchor-ports';
import { isExtended } from './send-anchor';

/** A chain makes a block every few seconds; the local one only when something is anchored. */
const STANDS_STILL_SECONDS = 900;
/** Anchors that the account can still pay. */
const FEW_ANCHORS = 100n;
/** Gas of an anchor, rounded up: docs/measurements.md. */
const ANCHOR_GAS = 100_000n;
/** What waits for so many times the interval of anchors is late. */
const LATE_INTERVALS = 4;

/** What the health look asks of a chain beyond anchoring. Wei; seconds since 1970. */
export interface ExaminedChain extends AnchorChain {
  readonly account: string;
  balance(): Promise<bigint>;
  /** Of the last block; `baseFee` in wei for a gas. */
  block(): Promise<{ number: number; time: number; baseFee: bigint }>;
}

export interface ChainHealth {
  ok: boolean;
  problems: string[];
  chain: {
    chain_id: number;
    contract: string;
    account: string;
    block: number;
    block_age_seconds: number;
    /** Anchors that the account can pay at the fees of now; null where gas costs nothing. */
    anchors_affordable: number | null;
    anchored_size: number;
  } | null;
  log_size: number;
  confirmed_size: number;
  waiting_anchors: number;
  /** Further parts that were asked, by name. */
  parts: { name: string; ok: boolean }[];
}

export interface ChainHealthPorts extends Omit<AnchoringPorts, 'openChain'> {
  readonly openChain: () => Promise<ExaminedChain>;
  /** Parts that belong to the audit trail and answer by resolving. */
  readonly parts: readonly { name: string; check: () => Promise<unknown> }[];
}

/** Looks at everything, whatever the first look finds. */
export async function examineChain(
  ports: ChainHealthPorts,
  { seconds }: { seconds: number },
): Promise<ChainHealth> {
  const { book, log, clock } = ports;
  const problems: string[] = [];
  const look = async <T>(at: () => Promise<T>): Promise<T | null> => {
    try {
      return await at();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      problems.push([error.message, error.fix].filter(Boolean).join(' '));
      return null;
    }
  };
  const checkpoint = await look(() => log.checkpoint());
  const chain = await look(() => ports.openChain());
  const seen = chain && (await look(() => lookAt(chain, ports, problems)));
  if (chain) await look(() => demandSame(chain, ports));
  const parts = await Promise.all(
    ports.parts.map(async ({ name, check }) => ({ name, ok: (await look(check)) !== null })),
  );
  const confirmed = await book.newest('confirmed');
  const [oldest] = await book.unplaced(1);
  const waits = oldest ? clock().getTime() - Date.parse(oldest.frozen_at) : 0;
  if (waits > LATE_INTERVALS * seconds * 1000) {
    const why = oldest?.last_error ?? 'See the runs of sync_audit_trail.';
    problems.push(`An anchor has waited for ${Math.round(waits / 60_000)} minutes. ${why}`);
  }
  return {
    ok: problems.length === 0,
    problems: [...new Set(problems)],
    chain: seen,
    log_size: checkpoint?.size ?? 0,
    confirmed_size: confirmed?.size ?? 0,
    waiting_anchors: await book.countOpen(),
    parts,
  };
}

async function lookAt(
  chain: ExaminedChain,
  ports: ChainHealthPorts,
  problems: string[],
): Promise<NonNullable<ChainHealth['chain']>> {
  const [block, balance, latest] = [
    await chain.block(),
    await chain.balance(),
    await chain.latest(),
  ];
  const age = Math.round(ports.clock().getTime() / 1000) - block.time;
  if (!chain.local && age > STANDS_STILL_SECONDS) {
    problems.push(
      `The last block of the chain is ${Math.round(age / 60)} minutes old: its node is behind, or a clock is wrong.`,
    );
  }
  const affordable = balance / (ANCHOR_GAS * (block.baseFee + 1n));
  if (!chain.local && affordable < FEW_ANCHORS) {
    problems.push(
      `The account ${chain.account} can pay ${affordable} more anchors: send it money.`,
    );
  }
  return {
    chain_id: chain.chainId,
    contract: chain.contract,
    account: chain.account,
    block: block.number,
    block_age_seconds: age,
    anchors_affordable: chain.local ? null : Number(affordable),
    anchored_size: latest.size,
  };
}

/** The tree that the contract holds is the beginning of ours, and every root that the book has last is there. */
async function demandSame(
  chain: AnchorChain,
  { book, log, sha256 }: ChainHealthPorts,
): Promise<void> {
  const latest = await chain.latest();
  const confirmed = await book.newest('confirmed');
  if (confirmed && (await chain.rootAt(confirmed.size)) !== confirmed.root) {
    throw new Fault(
      'conflict',
      `The chain does not hold the root of the anchor of ${confirmed.size} entries.`,
      {
        fix: 'It is anchored again at the next run of sync_audit_trail; see whether the chain was changed.',
      },
    );
  }
  const checkpoint = await log.checkpoint();
  if (latest.size === 0) return;
  if (checkpoint && (await isExtended(latest, checkpoint, log, sha256))) return;
  throw new Fault(
    'conflict',
    `The audit log of ${checkpoint?.size ?? 0} entries does not extend the ${latest.size} that are anchored.`,
    { fix: 'Keep both as they are for whoever investigates; restore the log from a backup.' },
  );
}

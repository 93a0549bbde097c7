// Gas of anchoring on a real node: a scratch contract, and trees of about a million entries whose leaves are all alike,
// so that each of their nodes is known by its level and a tree needs no storage.
import { createHash, randomBytes } from 'node:crypto';
import { Contract, ContractFactory, JsonRpcProvider, NonceManager, Wallet } from 'ethers';
import {
  AUDIT_ANCHOR_ABI,
  AUDIT_ANCHOR_BYTECODE,
} from '@verity/adapters/chain/audit-anchor.generated';
import {
  foldRight,
  nodeHash,
  perfectParts,
  type Hash,
  type NodeAt,
  type Sha256,
} from '@verity/domain/audit/merkle';
import { proveConsistency } from '@verity/domain/audit/prove';
import { median } from './measure';

const sha256: Sha256 = (bytes) => createHash('sha256').update(bytes).digest();
const hex = (hash: Uint8Array): string => `0x${Buffer.from(hash).toString('hex')}`;

export interface AnchorGas {
  /** Entries of the first tree. */
  leaves: number;
  /** Entries between two anchors. */
  entriesPerAnchor: number;
  anchors: number;
  deployment: number;
  /** The first anchor of a contract has no proof to check. */
  first: number;
  perAnchor: { median: number; min: number; max: number };
  /** Of the median: gas that one entry of the log costs. */
  perEntry: number;
  /** Hashes of the consistency proofs. */
  proofHashes: { min: number; max: number };
}

/** The hash of each perfect subtree, by its level. */
function levelsOf(leaf: Hash): (level: number) => Hash {
  const levels = [leaf];
  return (level) => {
    for (let at = levels.length; at <= level; at++) {
      const below = levels[at - 1] as Hash;
      levels.push(nodeHash(below, below, sha256));
    }
    return levels[level] as Hash;
  };
}

/**
 * Deploys a contract of its own on the node behind `url`, which has to be a local one (it gives out money), and anchors
 * growing trees on it. The steps between their sizes differ a little, as the sizes of a live log do.
 */
export async function measureAnchorGas(
  url: string,
  { leaves = 1_000_000, entriesPerAnchor = 1_000, anchors = 40 } = {},
): Promise<AnchorGas> {
  const provider = new JsonRpcProvider(url, undefined, { cacheTimeout: -1 });
  provider.pollingInterval = 20;
  try {
    const wallet = new Wallet(hex(randomBytes(32)), provider);
    await provider.send('anvil_setBalance', [wallet.address, '0x56bc75e2d63100000']);
    const sender = new NonceManager(wallet);
    const factory = new ContractFactory(AUDIT_ANCHOR_ABI, AUDIT_ANCHOR_BYTECODE, sender);
    const deployed = await factory.deploy(hex(randomBytes(32)), wallet.address, wallet.address);
    const deployment = await deployed.deploymentTransaction()?.wait();
    const contract = new Contract(await deployed.getAddress(), AUDIT_ANCHOR_ABI, sender);
    const level = levelsOf(randomBytes(32));
    const read = (nodes: readonly NodeAt[]) =>
      Promise.resolve(nodes.map((node) => level(node.level)));
    const rootOf = (size: number): Hash =>
      foldRight(
        perfectParts(0, size).map((node) => level(node.level)),
        sha256,
      );
    const anchor = async (from: number, to: number) => {
      const path = from === 0 ? [] : (await proveConsistency(from, to, read, sha256)).path;
      // Blocks of one second would bear one time.
      await provider.send('evm_increaseTime', [1]);
      const sent = (await contract.getFunction('anchor')(hex(rootOf(to)), to, path.map(hex))) as {
        wait(): Promise<{ gasUsed: bigint } | null>;
      };
      const receipt = await sent.wait();
      if (!receipt) throw new Error('an anchor has no receipt');
      return { gas: Number(receipt.gasUsed), hashes: path.length };
    };
    const { gas: first } = await anchor(0, leaves);
    const found: { gas: number; hashes: number }[] = [];
    let size = leaves;
    for (let count = 0; count < anchors; count++) {
      const next = size + entriesPerAnchor + ((count * 7) % 31) - 15;
      found.push(await anchor(size, next));
      size = next;
    }
    const gas = found.map((one) => one.gas);
    const hashes = found.map((one) => one.hashes);
    return {
      leaves,
      entriesPerAnchor,
      anchors,
      deployment: Number(deployment?.gasUsed ?? 0),
      first,
      perAnchor: { median: median(gas), min: Math.min(...gas), max: Math.max(...gas) },
      perEntry: median(gas) / entriesPerAnchor,
      proofHashes: { min: Math.min(...hashes), max: Math.max(...hashes) },
    };
  } finally {
    provider.destroy();
  }
}

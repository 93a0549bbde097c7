// The contract AuditAnchor on a chain, as the rules of anchoring see it.
import {
  Contract,
  Interface,
  isError,
  Transaction,
  zeroPadValue,
  toBeHex,
  type JsonRpcApiProvider,
  type TransactionReceipt,
  type Wallet,
} from 'ethers';
import type { AnchorChain, AnchorRefusal, Fees } from '@verity/domain/audit/anchor-ports';
import { Fault } from '@verity/protocol/faults';
import type { AnchorPlace } from '@verity/protocol/audit/schemas';
import { AUDIT_ANCHOR_ABI } from './audit-anchor.generated';
import { feesNow, type FeeSettings } from './fees';
import { answered, strange } from './rpc';

export const ANCHOR_INTERFACE = new Interface(AUDIT_ANCHOR_ABI);
const ZERO = `0x${'0'.repeat(64)}`;

export interface AnchorChainPorts {
  readonly provider: JsonRpcApiProvider;
  readonly chainId: number;
  readonly contract: string;
  readonly account: Wallet;
  readonly confirmations: number;
  readonly local: boolean;
  readonly fees: FeeSettings;
}

export function anchorChain(ports: AnchorChainPorts): AnchorChain {
  const { provider, chainId, account, confirmations, local, fees } = ports;
  const contract = ports.contract.toLowerCase();
  const reading = new Contract(contract, ANCHOR_INTERFACE, provider);

  const blockHash = (number: number): Promise<string | null> =>
    answered(async () => (await provider.getBlock(number))?.hash ?? null);

  /** Null when the receipt does not say that this contract anchored this tree. */
  const placeIn = (
    receipt: TransactionReceipt,
    anchor: { size: number; root: string },
  ): AnchorPlace | null => {
    const { hash, blockNumber, gasUsed, status } = receipt;
    const anchored = receipt.logs.some((log) => {
      if (log.address.toLowerCase() !== contract) return false;
      const event = ANCHOR_INTERFACE.parseLog(log);
      return event?.args.treeSize === BigInt(anchor.size) && event.args.root === `0x${anchor.root}`;
    });
    if (status !== 1 || !anchored) return null;
    return {
      chain_id: chainId,
      contract,
      transaction: hash,
      block: { number: blockNumber, hash: receipt.blockHash },
      gas_used: Number(gasUsed),
    };
  };

  /** When the contract took its last anchor: seconds since 1970. */
  const anchoredAt = (): Promise<number> =>
    answered(async () => {
      const said: unknown = await reading.getFunction('latest').staticCall();
      return Number((said as [bigint, string, bigint])[2]);
    });

  return {
    chainId,
    contract,
    confirmations,
    local,
    head: () => answered(() => provider.getBlockNumber()),
    blockHash,

    latest: () =>
      answered(async () => {
        const said: unknown = await reading.getFunction('latest').staticCall();
        const [size, root] = said as [bigint, string];
        return { size: sizeOf(size), root: root.slice(2) };
      }),

    async rootAt(size) {
      try {
        return String(await reading.getFunction('rootAt').staticCall(size)).slice(2);
      } catch (error) {
        if (refusalOf(error) === 'UnknownAnchor') return null;
        return answered(() => Promise.reject(error as Error));
      }
    },

    async outcome(transaction, anchor) {
      const receipt = await answered(() => provider.getTransactionReceipt(transaction));
      if (!receipt) return null;
      if (receipt.hash !== transaction) throw strange();
      // A node that has moved on since: the block that it named is none of the chain any more.
      if ((await blockHash(receipt.blockNumber)) !== receipt.blockHash) return null;
      const place = placeIn(receipt, anchor);
      if (place) return { place, anchored: true };
      const { blockNumber: number, blockHash: hash } = receipt;
      return {
        anchored: false,
        place: {
          chain_id: chainId,
          contract,
          transaction,
          block: { number, hash },
          gas_used: Number(receipt.gasUsed),
        },
      };
    },

    find: (anchor) =>
      answered(async () => {
        const topic = ANCHOR_INTERFACE.getEvent('Anchored')?.topicHash ?? ZERO;
        const size = zeroPadValue(toBeHex(anchor.size), 32);
        const [log] = await provider.getLogs({
          address: contract,
          topics: [topic, size],
          fromBlock: 0,
          toBlock: 'latest',
        });
        const receipt = log && (await provider.getTransactionReceipt(log.transactionHash));
        if (!receipt || (await blockHash(receipt.blockNumber)) !== receipt.blockHash) return null;
        return placeIn(receipt, anchor);
      }),

    isKnown: (transaction) =>
      answered(async () => (await provider.getTransaction(transaction)) !== null),

    nonce: () => answered(() => provider.getTransactionCount(account.address, 'latest')),

    async sign(call, nonce, above) {
      // Anvil estimates for a later second than it mines in.
      if (local && (await anchoredAt()) === Math.floor(Date.now() / 1000)) return SAME_TIME;
      const data = ANCHOR_INTERFACE.encodeFunctionData('anchor', [
        `0x${call.root}`,
        call.size,
        call.consistency.map((hash) => `0x${hash}`),
      ]);
      const asked = { to: contract, from: account.address, data };
      let gas: bigint;
      let offered: Fees;
      try {
        // Of the block to come: the last one bears the time of the anchor in it. What is to be replaced stands in it too.
        gas = above
          ? roomFor(call.consistency.length)
          : ((await provider.estimateGas({ ...asked, blockTag: 'pending' })) * 12n) / 10n;
        offered = await feesNow(provider, fees, above);
      } catch (error) {
        const refusal = explain(error, account.address);
        if (refusal) return refusal;
        return answered(() => Promise.reject(error as Error));
      }
      const raw = await account.signTransaction({
        type: 2,
        chainId,
        nonce,
        to: contract,
        data,
        gasLimit: gas,
        maxFeePerGas: offered.maxFee,
        maxPriorityFeePerGas: offered.maxPriorityFee,
      });
      const { hash } = Transaction.from(raw);
      if (!hash) throw strange();
      return { hash, fees: offered, send: () => broadcast(provider, raw) };
    },
  };
}

const SAME_TIME = { refused: 'An anchor was made within this second.', soon: true };

/** Gas that an anchor with a proof of so many hashes never needs; what is left over is not paid. */
const roomFor = (hashes: number): bigint => 150_000n + 3_000n * BigInt(hashes);

/** What the node has already, and what came too late, is found out by looking for it. */
const NO_HARM = /already known|already imported|nonce too low/i;

async function broadcast(provider: JsonRpcApiProvider, raw: string): Promise<void> {
  try {
    await provider.send('eth_sendRawTransaction', [raw]);
  } catch (error) {
    if (error instanceof Error && NO_HARM.test(JSON.stringify(error) + error.message)) return;
    if (isError(error, 'REPLACEMENT_UNDERPRICED') || isError(error, 'INSUFFICIENT_FUNDS')) {
      throw new Fault('unavailable', 'The chain did not take the transaction.', {
        fix: 'It is tried again with higher fees; see that the account of CHAIN_PRIVATE_KEY has money.',
        cause: error,
      });
    }
    await answered(() => Promise.reject(error as Error));
  }
}

/** The name of the contract's error; undefined for any other one. */
function refusalOf(error: unknown): string | undefined {
  if (!isError(error, 'CALL_EXCEPTION') || !error.data) return undefined;
  return ANCHOR_INTERFACE.parseError(error.data)?.name;
}

function explain(error: unknown, account: string): AnchorRefusal | null {
  if (error instanceof Fault && error.code === 'unavailable') {
    return { refused: [error.message, error.fix].filter(Boolean).join(' '), soon: false };
  }
  const name = refusalOf(error);
  if (name === 'SameTime') return SAME_TIME;
  if (name === 'NotGrowing') return { refused: 'The chain has just moved on.', soon: true };
  if (name === 'AccessControlUnauthorizedAccount') {
    const refused = `The account ${account} may not anchor: grant it ANCHOR_ROLE, or name another by CHAIN_PRIVATE_KEY.`;
    return { refused, soon: false };
  }
  if (name) return { refused: `The contract refuses the anchor: ${name}.`, soon: false };
  if (isError(error, 'INSUFFICIENT_FUNDS')) {
    return { refused: `The account ${account} has no money for gas: send it some.`, soon: false };
  }
  return null;
}

function sizeOf(said: bigint): number {
  const size = Number(said);
  if (!Number.isSafeInteger(size)) throw strange();
  return size;
}

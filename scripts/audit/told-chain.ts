// A chain that is told what to say: answers of JSON-RPC for one anchor, as a node gives them, for vectors and for lies.
import type { Rpc, RpcAnswer } from '@verity/domain/audit/check-anchor';
import {
  ANCHORED_TOPIC,
  LOG_ID_SELECTOR,
  ROOT_AT_SELECTOR,
} from '@verity/domain/audit/check-anchor';
import { toHex } from '@verity/domain/audit/hex';
import { fromBase64 } from '@verity/domain/audit/base64';
import type { Receipt, ReceiptAnchor } from '@verity/domain/audit/receipt';
import { sha256 } from './sample-log';

export interface Exchange {
  readonly method: string;
  readonly params: readonly unknown[];
  readonly answer: RpcAnswer;
}

const hash = (what: string): string => `0x${toHex(sha256(Buffer.from(what)))}`;
const word = (value: number): string => value.toString(16).padStart(64, '0');

/** An anchor that no chain knows. */
export const toldAnchor = (size: number): ReceiptAnchor => ({
  chain_id: 31337,
  contract: hash('contract').slice(0, 42),
  transaction: hash(`transaction ${size}`),
  block: { number: 4_000 + (size % 1_000), hash: hash(`block ${size}`) },
});

/** What a node that has this anchor answers to the questions of a verifier. */
export function exchangesOf(receipt: Receipt): Exchange[] {
  const { anchor, inclusion, log, checkpoint } = receipt;
  if (!anchor) return [];
  const { chain_id: chainId, contract, transaction, block } = anchor;
  const root = toHex(fromBase64(checkpoint.split('\n')[2] ?? '') ?? new Uint8Array(32));
  const logId = toHex(sha256(new TextEncoder().encode(log.key)));
  const time = 1_767_225_600 + inclusion.size;
  const number = `0x${block.number.toString(16)}`;
  const event = {
    address: contract,
    topics: [ANCHORED_TOPIC, `0x${word(inclusion.size)}`],
    data: `0x${word(0)}${root}${word(time)}`,
    blockHash: block.hash,
    blockNumber: number,
    transactionHash: transaction,
    transactionIndex: '0x0',
    logIndex: '0x0',
    removed: false,
  };
  return [
    { method: 'eth_chainId', params: [], answer: { result: `0x${chainId.toString(16)}` } },
    {
      method: 'eth_getTransactionReceipt',
      params: [transaction],
      answer: {
        result: {
          status: '0x1',
          transactionHash: transaction,
          transactionIndex: '0x0',
          blockHash: block.hash,
          blockNumber: number,
          to: contract,
          logs: [event],
        },
      },
    },
    {
      method: 'eth_getBlockByNumber',
      params: [number, false],
      answer: { result: { number, hash: block.hash, timestamp: `0x${time.toString(16)}` } },
    },
    {
      method: 'eth_call',
      params: [{ to: contract, data: LOG_ID_SELECTOR }, 'latest'],
      answer: { result: `0x${logId}` },
    },
    {
      method: 'eth_call',
      params: [{ to: contract, data: `${ROOT_AT_SELECTOR}${word(inclusion.size)}` }, 'latest'],
      answer: { result: `0x${root}` },
    },
  ];
}

/** An address that answers by exchanges, and knows nothing else. */
export function toldRpc(exchanges: readonly Exchange[], name = 'told'): Rpc {
  const known = new Map(
    exchanges.map(({ method, params, answer }) => [JSON.stringify([method, params]), answer]),
  );
  return {
    name,
    async call(method, params) {
      const nothing = method === 'eth_call' ? { result: '0x' } : { result: null };
      return known.get(JSON.stringify([method, params])) ?? nothing;
    },
  };
}

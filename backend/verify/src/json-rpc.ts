// One address of a chain, over JSON-RPC 2.0.
import type { Rpc, RpcAnswer } from '@verity/domain/audit/check-anchor';
import { addressOf, fetchBytes } from './fetch-bytes';

/** A receipt of a transaction or a block with its hashes is far shorter. */
const LONGEST_ANSWER = 8_000_000;

/** Throws `Error` for a text that is no address. */
export function rpcAt(text: string): Rpc {
  const url = addressOf(text, 'An address of a chain');
  let last = 0;
  return {
    // Keys of providers stand in paths and queries.
    name: url.host,
    async call(method, params) {
      const id = ++last;
      const body = JSON.stringify({ jsonrpc: '2.0', id, method, params });
      const headers = { 'content-type': 'application/json' };
      const bytes = await fetchBytes(url, LONGEST_ANSWER, { method: 'POST', headers, body });
      const answer = bytes && answerIn(bytes, id);
      if (!answer) throw new Error(`${url.host} does not answer as JSON-RPC.`);
      return answer;
    },
  };
}

function answerIn(bytes: Uint8Array, id: number): RpcAnswer | null {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return null; // No UTF-8, or no JSON: the same answer.
  }
  if (typeof value !== 'object' || value === null) return null;
  const { result, error, id: answered } = value as Record<string, unknown>;
  if (answered !== id) return null;
  if (error === undefined || error === null) return result === undefined ? null : { result };
  if (typeof error !== 'object') return null;
  const { code, message, data } = error as Record<string, unknown>;
  return typeof code === 'number' && typeof message === 'string'
    ? { error: { code, message, data } }
    : null;
}

// The way to a node: JSON-RPC by ethers, with an end to every wait and to every answer. What goes wrong is a fault that
// names no address: those of hosted nodes hold keys.
import {
  FetchRequest,
  isError,
  JsonRpcProvider,
  Network,
  type FetchGetUrlFunc,
  type JsonRpcApiProvider,
} from 'ethers';
import { Fault } from '@verity/protocol/faults';

/** One call is answered within this time, or the chain is away. */
const PATIENCE_MS = 5_000;
/** No answer to what is asked here is longer. */
const LONGEST_ANSWER = 4_000_000;

export interface Rpc {
  /** The chain that answers now: asked each time, since another one may stand behind the address. */
  chainId(): Promise<number>;
  /** Speaks to the chain of this id. */
  provider(chainId: number): JsonRpcApiProvider;
  close(): void;
}

export function connectRpc(url: string, patienceMs = PATIENCE_MS): Rpc {
  const known = new Map<number, JsonRpcProvider>();
  const open = (network?: Network): JsonRpcProvider =>
    new JsonRpcProvider(requestTo(url, patienceMs), network, {
      staticNetwork: network ?? null,
      // An answer of a moment ago is wrong by now: a stale estimate, a stale nonce.
      cacheTimeout: -1,
      batchMaxCount: 1,
    });
  const asking = open();
  return {
    chainId: () =>
      answered(async () => {
        const [reply] = await asking._send({
          method: 'eth_chainId',
          params: [],
          id: 1,
          jsonrpc: '2.0',
        });
        const id = reply && 'result' in reply ? Number(reply.result) : NaN;
        if (Number.isSafeInteger(id) && id > 0) return id;
        throw strange();
      }),
    provider(chainId) {
      const provider = known.get(chainId) ?? open(Network.from(chainId));
      known.set(chainId, provider);
      return provider;
    },
    close() {
      for (const provider of [asking, ...known.values()]) provider.destroy();
    },
  };
}

function requestTo(url: string, patienceMs: number): FetchRequest {
  const { username, password, ...address } = partsOf(url);
  const request = new FetchRequest(address.href);
  if (username) {
    const pair = Buffer.from(`${username}:${password}`).toString('base64');
    request.setHeader('Authorization', `Basic ${pair}`);
  }
  request.getUrlFunc = boundedFetch(patienceMs);
  // Whoever asks comes again by himself.
  request.setThrottleParams({ maxAttempts: 1 });
  return request;
}

function partsOf(given: string): { href: string; username: string; password: string } {
  const url = new URL(given);
  const [username, password] = [url.username, url.password].map(decodeURIComponent) as [
    string,
    string,
  ];
  [url.username, url.password] = ['', ''];
  return { href: url.href, username, password };
}

/** Ethers' own waits for a silence: a node that sends a byte now and then holds it for good. */
const boundedFetch =
  (patienceMs: number): FetchGetUrlFunc =>
  async ({ url, method, headers, body }) => {
    const reply = await fetch(url, {
      method,
      headers,
      body: body && Buffer.from(body),
      redirect: 'error',
      signal: AbortSignal.timeout(patienceMs),
    });
    const chunks: Uint8Array[] = [];
    let length = 0;
    const reader = reply.body?.getReader();
    for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
      length += part.value.length;
      if (length > LONGEST_ANSWER) {
        await reader?.cancel();
        throw strange();
      }
      chunks.push(part.value);
    }
    return {
      statusCode: reply.status,
      statusMessage: reply.statusText,
      headers: Object.fromEntries(reply.headers),
      body: Buffer.concat(chunks),
    };
  };

/** A conversation with a node: what it throws is a fault. */
export async function answered<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw isAnswer(error) ? strange(error) : away(error);
  }
}

const isAnswer = (error: unknown): boolean =>
  (['BAD_DATA', 'INVALID_ARGUMENT', 'CALL_EXCEPTION', 'UNKNOWN_ERROR'] as const).some((code) =>
    isError(error, code),
  ) || error instanceof SyntaxError;

const away = (cause: unknown): Fault =>
  new Fault('unavailable', 'The chain does not answer.', {
    fix: 'See that the node of CHAIN_URL runs; npm run doctor says whether it answers. What waits is anchored then.',
    retryAfterSeconds: 15,
    cause,
  });

export const strange = (cause?: unknown): Fault =>
  new Fault('unavailable', 'The chain gives an answer that is none.', {
    fix: 'See that CHAIN_URL names the JSON-RPC address of an Ethereum node, and that it is in step with its chain.',
    retryAfterSeconds: 15,
    cause,
  });

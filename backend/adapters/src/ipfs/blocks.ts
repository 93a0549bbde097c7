// Blocks on IPFS through the client of Kubo's RPC: raw, by SHA-256, pinned; what a node gives is believed by its hash alone.
import { createHash } from 'node:crypto';
import type { CID, KuboRPCClient } from 'ipfs-http-client';
import { cidOfRaw } from '@verity/domain/audit/cid';
import type { Blocks } from '@verity/domain/audit/ports';
import { Fault } from '@verity/protocol/faults';
import { ipfsEndpoint, ipfsVersion } from './endpoint';

/** A block is a mebibyte at most: whatever takes longer hangs. */
const PATIENCE_MS = 15_000;

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

interface Loaded {
  readonly client: KuboRPCClient;
  readonly cidOf: (text: string) => CID;
}

/** `url` as in `ipfsEndpoint`. Nothing is asked before the first call. */
export function ipfsBlocks(url: string, patienceMs = PATIENCE_MS): Blocks {
  let loading: Promise<Loaded> | undefined;
  // Late: half a second of loading that a process without evidence is spared.
  const load = async (): Promise<Loaded> => {
    const { CID: Cid, create } = await import('ipfs-http-client');
    const { base, headers } = ipfsEndpoint(url);
    return { client: create({ url: base, headers }), cidOf: (text) => Cid.parse(text) };
  };

  /** Ends with the patience, whatever the node does: the client's own timeout is never set off. */
  const ask = async <T>(
    question: (tools: Loaded, signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    const tools = await (loading ??= load());
    const signal = AbortSignal.timeout(patienceMs);
    try {
      return await Promise.race([question(tools, signal), silence(signal, patienceMs)]);
    } catch (error) {
      throw asFault(error);
    }
  };

  return {
    put: (block) =>
      ask(async ({ client }, signal) => {
        const options = { mhtype: 'sha2-256', cidCodec: 'raw', pin: true, signal } as const;
        return (await client.block.put(block, options)).toString();
      }),

    get: (cid) =>
      ask(async ({ client, cidOf }, signal) => {
        // Else a node on a network looks for it there until the patience ends.
        const options = { offline: true, signal };
        const block = await client.block
          .get(cidOf(cid), options)
          .catch(unless(/not found|could not find/i, null));
        if (block && cidOfRaw(block, sha256) !== cid) throw lied(cid);
        return block;
      }),

    remove: (cid) =>
      ask(async ({ client, cidOf }, signal) => {
        const name = cidOf(cid);
        await client.pin.rm(name, { signal }).catch(unless(/not pinned/i, undefined));
        for await (const { error } of client.block.rm(name, { force: true, signal })) {
          if (error && !/could not find|not found/i.test(error.message)) throw error;
        }
      }),

    health: () =>
      ask(async ({ client }, signal) => {
        const [{ version }, { numObjects, repoSize }] = await Promise.all([
          client.version({ signal }),
          client.repo.stat({ signal }),
        ]);
        return { version, blocks: Number(numObjects), bytes: Number(repoSize) };
      }),
  };
}

/** An error of the node that is an answer all the same. */
const unless =
  <T>(expected: RegExp, answer: T) =>
  (error: unknown): T => {
    if (error instanceof Error && expected.test(error.message)) return answer;
    throw error;
  };

function silence(signal: AbortSignal, ms: number): Promise<never> {
  return new Promise((_, reject) => {
    const end = () => reject(ipfsAway(`It gave no answer in ${ms / 1_000} s.`, signal.reason));
    signal.addEventListener('abort', end, { once: true });
  });
}

/** What the client throws, as the two things that it can mean: the node refuses, or it is away. */
function asFault(error: unknown): Fault {
  if (error instanceof Fault) return error;
  if (!(error instanceof Error)) return ipfsAway('It does not answer.', error);
  if (/no space left|disk quota/i.test(error.message)) {
    return new Fault('unavailable', 'The disk of the IPFS node is full.', {
      fix: 'Free space on its disk: evidence waits in the database, and is stored then.',
      retryAfterSeconds: 60,
      cause: error,
    });
  }
  // HTTPError: the node has spoken.
  const why =
    error.name === 'HTTPError' ? `It says: ${error.message.slice(0, 200)}.` : 'It does not answer.';
  return ipfsAway(why, error);
}

/** The version of the node. Throws `unavailable` when it does not answer. */
export async function pingIpfs(url: string): Promise<string> {
  try {
    return await ipfsVersion(url);
  } catch (error) {
    throw ipfsAway('It does not answer as it should.', error);
  }
}

const ipfsAway = (why: string, cause: unknown): Fault =>
  new Fault('unavailable', `The IPFS node is away. ${why}`, {
    fix: 'Start the node that IPFS_URL names, or run npm run doctor; evidence waits in the database until then.',
    retryAfterSeconds: 60,
    cause,
  });

const lied = (cid: string): Fault =>
  new Fault('internal', `The IPFS node gave other bytes for the block ${cid} than its name says.`, {
    fix: 'Have the node check its disk (ipfs repo verify), or restore the block from a backup of the node.',
  });

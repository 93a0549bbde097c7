// The anchor of a receipt against a chain, over plain JSON-RPC: the transaction, its event, its block, and what the
// contract says now. Answers are decoded strictly by hand: a node is asked, not believed.
import { fromHex, toHex } from './hex';
import { sameHash, type Hash, type Sha256 } from './merkle';
import type { Receipt, ReceiptAnchor } from './receipt';
import { fails, holds, unanswered, unchecked, type Finding } from './report';

/** An address of a chain. */
export interface Rpc {
  /** As it is shown: its URL without secrets. */
  readonly name: string;
  /** Rejects when it does not answer in time, or with anything but a JSON-RPC response. */
  readonly call: (method: string, params: readonly unknown[]) => Promise<RpcAnswer>;
}
export type RpcAnswer =
  | { readonly result: unknown }
  | {
      readonly error: { readonly code: number; readonly message: string; readonly data?: unknown };
    };

/** The first four bytes of the Keccak-256 of `LOG_ID()`. */
export const LOG_ID_SELECTOR = '0x70e825d7';
/** Of `rootAt(uint64)`. */
export const ROOT_AT_SELECTOR = '0xeaa38b41';
/** Of the error `UnknownAnchor(uint64)`. */
export const UNKNOWN_ANCHOR_SELECTOR = '0x7698d385';
/** Keccak-256 of `Anchored(uint64,uint64,bytes32,uint64)`. */
export const ANCHORED_TOPIC = '0x406c26c809555d56202d4d70a0e308189896aa1735cf0422dac19f55f40c7317';

export interface AnchorFindings {
  readonly finding: Finding;
  /** Seconds since 1970, of the block that the anchor is in. */
  readonly time: number | null;
}

/** What one address says. */
type Said =
  | { readonly holds: true; readonly time: number }
  | { readonly holds: false; readonly why: string; readonly where: string };

/**
 * Checks the anchor at every address given; all of them have to say the same. `tree` is the one that the checkpoint
 * signs, `trusted` the contract that is known from elsewhere.
 */
export async function checkAnchor(
  receipt: Receipt,
  tree: { readonly size: number; readonly root: Hash } | null,
  rpcs: readonly Rpc[],
  trusted: string | undefined,
  sha256: Sha256,
): Promise<AnchorFindings> {
  const { anchor } = receipt;
  const only = (finding: Finding): AnchorFindings => ({ finding, time: null });
  if (!anchor)
    return only(unchecked('No anchor covers the record yet: ask for the receipt again later.'));
  if (trusted !== undefined && trusted.toLowerCase() !== anchor.contract) {
    return only(fails('It is another contract than the trusted one.', '/anchor/contract'));
  }
  if (!tree) return only(unchecked('There is no root that the chain could hold.'));
  if (rpcs.length === 0) return only(unchecked('No address of a chain was given.'));
  const logId = sha256(new TextEncoder().encode(receipt.log.key));
  const answers = await Promise.all(
    rpcs.map(async ({ name, call }) => {
      const ask = new Asked(call);
      const said = await ask
        .anchor(anchor, tree, logId)
        .catch((error: unknown) => String(error instanceof Error ? error.message : error));
      return { name, said };
    }),
  );
  return agreed(anchor, answers);
}

function agreed(
  anchor: ReceiptAnchor,
  answers: readonly { name: string; said: Said | string }[],
): AnchorFindings {
  const only = (finding: Finding): AnchorFindings => ({ finding, time: null });
  const away = answers.flatMap(({ name, said }) =>
    typeof said === 'string' ? [`${name}: ${said}`] : [],
  );
  const yes = answers.flatMap(({ name, said }) =>
    typeof said !== 'string' && said.holds ? [{ name, time: said.time }] : [],
  );
  const no = answers.flatMap(({ name, said }) =>
    typeof said !== 'string' && !said.holds ? [{ name, ...said }] : [],
  );
  const [first] = no;
  if (first && yes.length > 0) {
    const deny = no.map(({ name, why }) => `${name} says: ${why}`).join(' ');
    return only(
      unanswered(
        `The addresses contradict one another. ${yes.map(({ name }) => name).join(', ')} confirm it; ${deny}`,
        first.where,
      ),
    );
  }
  if (first) return only(fails(`${first.why} (${first.name})`, first.where));
  const times = new Set(yes.map(({ time }) => time));
  if (times.size > 1)
    return only(unanswered('The addresses give different times for the block.', '/anchor/block'));
  if (away.length > 0)
    return only(unanswered(`No answer to rely on: ${away.join('; ')}`, '/anchor'));
  const [time = 0] = times;
  return {
    finding: holds(
      `Block ${anchor.block.number} of chain ${anchor.chain_id} holds the root, and contract ${anchor.contract} still says so (${yes.map(({ name }) => name).join(', ')}).`,
    ),
    time,
  };
}

const not = (why: string, where: string): Said => ({ holds: false, why, where });

/** One address, asked step by step. What is no well-formed answer is thrown: the address cannot be relied on. */
class Asked {
  constructor(private readonly call: Rpc['call']) {}

  async anchor(
    anchor: ReceiptAnchor,
    tree: { readonly size: number; readonly root: Hash },
    logId: Hash,
  ): Promise<Said> {
    const id = quantity(await this.#result('eth_chainId', []), 'the chain id');
    if (id !== anchor.chain_id) {
      return not(
        `The chain is ${id}, the receipt speaks of ${anchor.chain_id}.`,
        '/anchor/chain_id',
      );
    }
    const event = await this.#event(anchor, tree);
    if ('holds' in event) return event;
    const block = await this.#block(anchor, event.time);
    if (block) return block;
    return (await this.#contract(anchor, tree, logId)) ?? { holds: true, time: event.time };
  }

  /** The transaction succeeded, in the block that the receipt names, and its event is that of this tree. */
  async #event(
    { contract, transaction, block }: ReceiptAnchor,
    { size, root }: { readonly size: number; readonly root: Hash },
  ): Promise<Said | { time: number }> {
    const found = await this.#result('eth_getTransactionReceipt', [transaction]);
    if (found === null)
      return not('The chain does not know this transaction.', '/anchor/transaction');
    const receipt = object(found, 'the transaction receipt');
    if (data(receipt['transactionHash'], 32) !== transaction)
      throw new Error('It answers for another transaction.');
    if (quantity(receipt['status'], 'the status') !== 1)
      return not('The transaction failed.', '/anchor/transaction');
    const number = quantity(receipt['blockNumber'], 'the number of the block');
    if (number !== block.number)
      return not(`The transaction is in block ${number}.`, '/anchor/block/number');
    const hash = data(receipt['blockHash'], 32);
    if (hash !== block.hash)
      return not(`The block of the transaction is ${hash}.`, '/anchor/block/hash');
    const logs: unknown = receipt['logs'];
    if (!Array.isArray(logs)) throw new Error('The transaction receipt has no list of events.');
    const events = logs.map((log) => {
      const { address, topics, data: body } = object(log, 'an event');
      return {
        address: data(address, 20),
        topics: Array.isArray(topics) ? (topics as unknown[]) : [],
        body,
      };
    });
    const anchored = events.filter(
      ({ topics }) => topics[0] === ANCHORED_TOPIC && topics.length === 2,
    );
    if (anchored.length === 0)
      return not('The transaction anchored nothing.', '/anchor/transaction');
    const ours = anchored.filter(({ address }) => address === contract);
    if (ours.length === 0)
      return not(`The transaction anchored in ${anchored[0]?.address}.`, '/anchor/contract');
    const event = ours.find(({ topics }) => topics[1] === `0x${word(size)}`);
    if (!event)
      return not(
        `The transaction anchored another tree than that of ${size} entries.`,
        '/anchor/transaction',
      );
    const body = data(event.body, 96).slice(2);
    if (body.slice(64, 128) !== toHex(root)) {
      return not(
        `The chain holds the root ${body.slice(64, 128)} for ${size} entries: the log has shown two trees.`,
        '/checkpoint',
      );
    }
    return { time: Number.parseInt(body.slice(128), 16) };
  }

  /** The block is still in the chain, and made at the time of the event. */
  async #block({ block }: ReceiptAnchor, time: number): Promise<Said | null> {
    const found = await this.#result('eth_getBlockByNumber', [
      `0x${block.number.toString(16)}`,
      false,
    ]);
    if (found === null) return not('The chain has no such block.', '/anchor/block/number');
    const { hash, number, timestamp } = object(found, 'the block');
    if (quantity(number, 'the number of the block') !== block.number)
      throw new Error('It answers with another block.');
    if (data(hash, 32) !== block.hash)
      return not(`The chain has another block ${block.number} by now.`, '/anchor/block/hash');
    if (quantity(timestamp, 'the time of the block') !== time)
      throw new Error('Block and event bear different times.');
    return null;
  }

  /** The contract speaks for this log, and keeps the root. */
  async #contract(
    { contract }: ReceiptAnchor,
    { size, root }: { readonly size: number; readonly root: Hash },
    logId: Hash,
  ): Promise<Said | null> {
    const id = await this.#read(contract, LOG_ID_SELECTOR);
    if (!id) return not('It is no contract of a log.', '/anchor/contract');
    if (!sameHash(id, logId))
      return not('The contract speaks for another log.', '/anchor/contract');
    const kept = await this.#read(contract, `${ROOT_AT_SELECTOR}${word(size)}`);
    if (!kept) return not(`The contract knows no tree of ${size} entries.`, '/inclusion/size');
    return sameHash(kept, root)
      ? null
      : not(`The contract keeps the root ${toHex(kept)} for ${size} entries.`, '/checkpoint');
  }

  /** 32 bytes that a contract returns; null when it returns none or refuses. */
  async #read(to: string, input: string): Promise<Hash | null> {
    const answer = await this.call('eth_call', [{ to, data: input }, 'latest']);
    if ('result' in answer) {
      if (answer.result === '0x') return null;
      return fromHex(data(answer.result, 32).slice(2));
    }
    // 3: the call was executed, and the contract has refused.
    if (answer.error.code === 3 || isUnknownAnchor(answer.error.data)) return null;
    throw new Error(`eth_call: ${answer.error.message}`);
  }

  async #result(method: string, params: readonly unknown[]): Promise<unknown> {
    const answer = await this.call(method, params);
    if ('result' in answer) return answer.result;
    throw new Error(`${method}: ${answer.error.message}`);
  }
}

const isUnknownAnchor = (revert: unknown): boolean =>
  typeof revert === 'string' && revert.startsWith(UNKNOWN_ANCHOR_SELECTOR);

/** A number as the ABI writes it: 32 bytes in hex. */
const word = (value: number): string => value.toString(16).padStart(64, '0');

function object(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new Error(`It answers with no object for ${what}.`);
}

/** A number of JSON-RPC: hex without leading zeros. */
function quantity(value: unknown, what: string): number {
  if (typeof value === 'string' && /^0x(0|[1-9a-f][0-9a-f]{0,13})$/.test(value)) {
    const number = Number.parseInt(value.slice(2), 16);
    if (Number.isSafeInteger(number)) return number;
  }
  throw new Error(`It answers with no number for ${what}.`);
}

/** So many bytes of JSON-RPC, in lower-case hex behind `0x`. */
function data(value: unknown, bytes: number): string {
  if (typeof value === 'string') {
    const lower = value.toLowerCase();
    if (lower.length === 2 + 2 * bytes && /^0x[0-9a-f]*$/.test(lower)) return lower;
  }
  throw new Error(`It answers with something that has not ${bytes} bytes.`);
}

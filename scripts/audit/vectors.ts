// The test vectors of docs/receipt-format.md: receipts that are good and receipts that are not, with what a verifier has
// to say of each, and the steps on the way; made by code, the same each time.
import { parseCheckpoint } from '@verity/domain/audit/checkpoint';
import { fromHex, inHex, toHex } from '@verity/domain/audit/hex';
import { commitmentOf, leafBytes } from '@verity/domain/audit/leaf';
import { checkReceipt } from '@verity/domain/audit/check-receipt';
import { leafHash, nodeHash, rootOf } from '@verity/domain/audit/merkle';
import { proveConsistency } from '@verity/domain/audit/prove';
import { writeReceipt, type Receipt } from '@verity/domain/audit/receipt';
import { keyIdOf, parseNote, parseVerifierKey } from '@verity/domain/audit/signed-note';
import { tools } from '@verity/verify/tools';
import { changed, CHANGES, flipped, otherTexts } from './broken-receipts';
import { inMemory, receiptOfLargeLog, sampleLog, sha256 } from './sample-log';
import { exchangesOf, toldAnchor, toldRpc, type Exchange } from './told-chain';

const FOLDER = 'docs/vectors';
const LARGE = { index: 654_321, size: 1_000_003 };

/** A receipt and what has to be said of it. Files are named from the folder of the vectors. */
export interface VectorCase {
  readonly name: string;
  readonly receipt: string;
  /** Answers of the chain; null: no address is given. */
  readonly rpc: string | null;
  /** Whether the blocks in `evidence/` are at hand. */
  readonly evidence: boolean;
  readonly trusted: { readonly key?: string; readonly contract?: string };
  readonly expect: {
    readonly verdict: string;
    readonly failed: string | null;
    readonly where: string | null;
    readonly links: Readonly<Record<string, string>>;
  };
}

/** Bytes by path from the root of the project. */
export async function vectors(): Promise<Record<string, Uint8Array>> {
  const made = new Vectors();
  const logs = new Map<number, Awaited<ReturnType<typeof sampleLog>>>();
  for (const size of [1, 2, 7, 256]) {
    logs.set(size, await sampleLog(inMemory(), size, { hasEvidence: (index) => index === 3 }));
  }
  const of = (size: number) => logs.get(size) as Awaited<ReturnType<typeof sampleLog>>;
  for (const [size, blocks] of [[7, of(7).blocks] as const]) {
    for (const [cid, block] of blocks) made.file(`evidence/${cid}`, block);
    made.blocks = blocks;
    made.pin = { key: of(size).verifierKey, contract: toldAnchor(size).contract };
  }
  for (const [size, index] of [
    [1, 0],
    [2, 1],
    [7, 6],
    [256, 255],
    [256, 128],
  ] as const) {
    const receipt = await of(size).receipt(index, { anchor: toldAnchor(size) });
    await made.good(`entry ${index} of ${size}`, receipt);
  }
  const large = await receiptOfLargeLog(LARGE.index, LARGE.size);
  await made.good(`entry ${LARGE.index} of ${LARGE.size}`, {
    ...large,
    anchor: toldAnchor(LARGE.size),
  });
  await made.good('not anchored yet', await of(7).receipt(5));
  await made.good(
    'nothing disclosed',
    await of(7).receipt(5, { disclose: [], anchor: toldAnchor(7) }),
  );
  const evidence = await of(7).receipt(3, { anchor: toldAnchor(7) });
  await made.good('evidence', evidence, { evidence: true });
  await made.good('evidence not at hand', evidence);
  await made.good('evidence without its key', { ...evidence, evidence: null }, { evidence: true });
  await made.spoilt(await of(7).receipt(5, { anchor: toldAnchor(7) }), evidence);
  const foreign = await sampleLog(inMemory(), 7, { name: 'other.example/log' });
  const theirs = await foreign.receipt(5, { anchor: toldAnchor(7) });
  const ours = exchangesOf(await of(7).receipt(5, { anchor: toldAnchor(7) }));
  await made.bad('of another log', theirs, { rpc: ours });
  await made.bad('of another log and no trusted key', theirs, { rpc: ours, trusted: {} });
  made.file('primitives.json', json(await primitives(of(7), of(256))));
  return made.files();
}

interface Given {
  readonly rpc?: readonly Exchange[] | null;
  readonly evidence?: boolean;
  readonly trusted?: VectorCase['trusted'];
}

class Vectors {
  readonly #files: Record<string, Uint8Array> = {};
  readonly #cases: VectorCase[] = [];
  readonly #rpc = new Map<string, string>();
  blocks: ReadonlyMap<string, Uint8Array> = new Map();
  pin: VectorCase['trusted'] = {};

  file(path: string, content: Uint8Array | string): void {
    this.#files[`${FOLDER}/${path}`] = typeof content === 'string' ? Buffer.from(content) : content;
  }

  good(name: string, receipt: Receipt, given: Given = {}): Promise<void> {
    const trusted = {
      key: receipt.log.key,
      ...(receipt.anchor ? { contract: receipt.anchor.contract } : {}),
    };
    return this.#add(`good/${slug(name)}.json`, name, writeReceipt(receipt), {
      rpc: receipt.anchor ? exchangesOf(receipt) : null,
      trusted,
      ...given,
    });
  }

  bad(name: string, receipt: Receipt | string | Uint8Array, given: Given): Promise<void> {
    const bytes =
      typeof receipt === 'string' || receipt instanceof Uint8Array
        ? receipt
        : writeReceipt(receipt);
    return this.#add(`broken/${slug(name)}.json`, name, bytes, { trusted: this.pin, ...given });
  }

  async spoilt(receipt: Receipt, evidence: Receipt): Promise<void> {
    const rpc = exchangesOf(receipt);
    for (const [name, bytes] of otherTexts(writeReceipt(receipt)))
      await this.bad(name, bytes, { rpc });
    for (const [name, change] of CHANGES) await this.bad(name, changed(receipt, change), { rpc });
    const told: [string, Exchange[]][] = [
      ['chain holds another root', lying(rpc, 4, `0x${'44'.repeat(32)}`)],
      ['contract speaks for another log', lying(rpc, 3, `0x${'55'.repeat(32)}`)],
      ['block reorganised away', lying(rpc, 2, null)],
    ];
    for (const [name, lie] of told) await this.bad(name, receipt, { rpc: lie });
    const given = { rpc: exchangesOf(evidence), evidence: true };
    const withKey = changed(evidence, (r) => (r.evidence.key = flipped(r.evidence.key)));
    await this.bad('evidence with another key', withKey, given);
    const { details: _, ...openings } = evidence.openings;
    await this.bad('evidence with a key and no details', { ...evidence, openings }, given);
  }

  async #add(
    path: string,
    name: string,
    content: Uint8Array | string,
    given: Given,
  ): Promise<void> {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    this.file(path, bytes);
    const { rpc = null, evidence = false, trusted = {} } = given;
    const block = async (cid: string) => this.blocks.get(cid) ?? null;
    const options = { rpcs: rpc ? [toldRpc(rpc)] : [], trusted, ...(evidence ? { block } : {}) };
    const { verdict, failed, links } = await checkReceipt(bytes, options, tools);
    this.#cases.push({
      name,
      receipt: path,
      rpc: rpc && this.#rpcFile(rpc),
      evidence,
      trusted,
      expect: {
        verdict,
        failed,
        where: links.find(({ link }) => link === failed)?.where ?? null,
        links: Object.fromEntries(links.map(({ link, state }) => [link, state])),
      },
    });
  }

  #rpcFile(rpc: readonly Exchange[]): string {
    const text = json(rpc);
    const known = this.#rpc.get(text);
    if (known) return known;
    const path = `rpc/${this.#rpc.size + 1}.json`;
    this.#rpc.set(text, path);
    this.file(path, text);
    return path;
  }

  files(): Record<string, Uint8Array> {
    this.file('cases.json', json(this.#cases));
    return this.#files;
  }
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
const slug = (name: string): string => name.replaceAll(/[^a-z0-9]+/g, '-');
const lying = (rpc: readonly Exchange[], at: number, result: unknown): Exchange[] =>
  rpc.map((exchange, index) => (index === at ? { ...exchange, answer: { result } } : exchange));

type Sample = Awaited<ReturnType<typeof sampleLog>>;

/** The steps one by one, for whoever writes a verifier and wants to see where it goes wrong. */
async function primitives(seven: Sample, many: Sample): Promise<unknown> {
  const receipt = await seven.receipt(5);
  const entry = leafBytes(receipt.leaf);
  const note = parseNote(receipt.checkpoint);
  const key = parseVerifierKey(receipt.log.key, sha256);
  if (!note || !key) throw new Error('A sample is none.');
  const leaves: Uint8Array[] = [];
  for await (const each of many.log.entries(0)) leaves.push(leafHash(each, sha256));
  const checkpoint = parseCheckpoint(note.text);
  const between = async (from: number, to: number) => ({
    from,
    to,
    from_root: toHex(rootOf(leaves.slice(0, from), sha256)),
    to_root: toHex(rootOf(leaves.slice(0, to), sha256)),
    path: (await proveConsistency(from, to, many.log.reader(), sha256)).path.map(toHex),
  });
  const salted = receipt.openings.actor;
  const salt = fromHex(salted?.salt ?? '') ?? new Uint8Array();
  return {
    entry: { leaf: receipt.leaf, bytes: toHex(entry), leaf_hash: toHex(leafHash(entry, sha256)) },
    node: {
      left: '00'.repeat(32),
      right: 'ff'.repeat(32),
      hash: toHex(nodeHash(new Uint8Array(32), new Uint8Array(32).fill(255), sha256)),
    },
    commitment: {
      field: 'actor',
      ...salted,
      commitment: commitmentOf('actor', salt, salted?.value, inHex(sha256)),
    },
    verifier_key: {
      text: receipt.log.key,
      name: key.name,
      key: toHex(key.key),
      id: keyIdOf(key, sha256).toString(16).padStart(8, '0'),
      log_id: toHex(sha256(Buffer.from(receipt.log.key))),
    },
    checkpoint: {
      note: receipt.checkpoint,
      signed: toHex(Buffer.from(note.text)),
      signature: toHex(note.signatures[0]?.signature ?? new Uint8Array()),
      size: checkpoint?.size,
      root: checkpoint && toHex(checkpoint.root),
    },
    consistency: await Promise.all(
      (
        [
          [1, 2],
          [2, 7],
          [3, 7],
          [4, 8],
          [7, 256],
          [128, 256],
          [255, 256],
        ] as const
      ).map(([from, to]) => between(from, to)),
    ),
  };
}

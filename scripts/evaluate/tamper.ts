// The measure `tamper`: one bit is changed somewhere in a log, its receipts or its evidence; the independent verifier,
// which reads everything anew, has to find it and to name the place.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditLog } from '@verity/domain/audit/audit-log';
import { checkReceipt } from '@verity/domain/audit/check-receipt';
import { writeReceipt, type Receipt } from '@verity/domain/audit/receipt';
import type { Link } from '@verity/domain/audit/report';
import { newTiles, tilePath } from '@verity/domain/audit/tiles';
import { rpcAt } from '@verity/verify/json-rpc';
import { logAt, readIfThere } from '@verity/verify/log-source';
import { tools } from '@verity/verify/tools';
import { anchoredLog, type AnchoredLog } from '../audit/anchored-log';
import { pointerAt } from '../audit/pointer-at';
import { bringUp } from '../stack/bring-up';
import { chain } from '../stack/chain';
import { misfit } from './csv';
import { countOption, type Options } from './options';

/** Two full bundles and one that grows: tiles of two levels. */
const ENTRIES = 600;
const RECEIPTS = [0, 3, 255, 256, 303, 599];
const hasEvidence = (index: number): boolean => index % 100 === 3;

const KINDS = ['tiles', 'entries', 'checkpoint', 'receipts', 'evidence'] as const;
type Kind = (typeof KINDS)[number];

interface Sums {
  changes: number;
  found: number;
  placed: number;
}

export async function evaluateTamper(
  options: Options,
  say: (progress: string) => void,
): Promise<Record<string, unknown>> {
  const changes = countOption(options, 'changes', 10_000, { least: 1, most: 10_000_000 });
  const seed = countOption(options, 'seed', 1, { least: 0, most: 2 ** 31 });
  const folder = mkdtempSync(join(tmpdir(), 'verity-tamper-'));
  const stack = await bringUp({ dataDir: join(folder, 'stack'), parts: [chain] });
  try {
    const url = stack.env.CHAIN_URL;
    if (!url) throw misfit('No chain could be started: see npm run doctor.');
    const log = await anchoredLog(folder, url, ENTRIES, { hasEvidence });
    const bench = new Tampering(log, folder, url);
    await bench.writeReceipts();
    const missed = await bench.untouched();
    if (missed)
      throw new Error(`The verifier finds something where nothing was changed: ${missed}`);
    const random = seeded(seed);
    const sums = Object.fromEntries(
      KINDS.map((kind) => [kind, { changes: 0, found: 0, placed: 0 }]),
    ) as Record<Kind, Sums>;
    for (let change = 0; change < changes; change++) {
      const kind = KINDS[Math.floor(random() * KINDS.length)] as Kind;
      const { found, placed, what } = await bench.change(kind, random);
      const sum = sums[kind];
      sum.changes += 1;
      if (found) sum.found += 1;
      if (placed) sum.placed += 1;
      if (!found || !placed) say(`${found ? 'not placed' : 'MISSED'}: ${what}`);
      if ((change + 1) % 1_000 === 0) say(`${change + 1} changes`);
    }
    const total = (part: keyof Sums): number =>
      KINDS.reduce((sum, kind) => sum + sums[kind][part], 0);
    return {
      changes,
      found: total('found'),
      placed: total('placed'),
      missed: changes - total('found'),
      seed,
      entries: ENTRIES,
      kinds: sums,
    };
  } finally {
    await stack.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Outcome {
  readonly found: boolean;
  readonly placed: boolean;
  readonly what: string;
}

class Tampering {
  readonly #receipts: { path: string; receipt: Receipt }[] = [];
  readonly #files: Record<'tiles' | 'entries', string[]>;

  constructor(
    private readonly log: AnchoredLog,
    private readonly folder: string,
    private readonly chainUrl: string,
  ) {
    const paths = Array.from(newTiles(0, ENTRIES), tilePath);
    this.#files = {
      tiles: paths.filter((path) => !path.startsWith('tile/entries/')),
      entries: paths.filter((path) => path.startsWith('tile/entries/')),
    };
  }

  async writeReceipts(): Promise<void> {
    for (const index of RECEIPTS) {
      const receipt = await this.log.receipt(index, { anchor: this.log.anchor });
      const path = join(this.folder, `receipt-${index}.json`);
      writeFileSync(path, writeReceipt(receipt));
      this.#receipts.push({ path, receipt });
    }
  }

  /** What is found though nothing was changed; null when it is nothing. */
  async untouched(): Promise<string | null> {
    const findings = await this.#walk();
    if (findings[0]) return findings[0].path;
    for (const { path } of this.#receipts) {
      const { verdict } = await this.#check(path);
      if (verdict !== 'proven') return path;
    }
    return null;
  }

  async change(kind: Kind, random: () => number): Promise<Outcome> {
    if (kind === 'receipts') {
      const { path } = one(this.#receipts, random);
      return this.#flipped(path, random, async (byte) => {
        const report = await this.#check(path);
        const wrong = report.links.find(({ state }) => state === 'fails');
        const member = pointerAt(this.#original, byte);
        return {
          found: report.verdict === 'broken',
          placed: wrong !== undefined && names(wrong, member, byte),
          what: `byte ${byte} (${member}): ${wrong?.where} ${wrong?.why}`,
        };
      });
    }
    if (kind === 'evidence') {
      const cid = one([...this.log.blocks.keys()], random);
      const owner = this.#receipts.filter(({ receipt }) =>
        JSON.stringify(receipt.openings).includes(cid),
      )[0];
      // Evidence of records without a receipt here gets one for the occasion.
      const path = owner?.path ?? (await this.#receiptFor(cid));
      return this.#flipped(join(this.log.evidence, cid), random, async (byte) => {
        const { links } = await this.#check(path);
        const wrong = links.find(({ state }) => state === 'fails');
        const placed = wrong?.link === 'evidence' && wrong.where === cid;
        return { found: wrong !== undefined, placed, what: `byte ${byte} of ${cid}` };
      });
    }
    const path = kind === 'checkpoint' ? 'checkpoint' : one(this.#files[kind], random);
    return this.#flipped(join(this.log.directory, path), random, async (byte) => {
      const findings = await this.#walk();
      const [first] = findings;
      const placed = findings.every((finding) => finding.path === path) && first !== undefined;
      return { found: first !== undefined, placed, what: `byte ${byte} of ${path}` };
    });
  }

  #original: Buffer = Buffer.alloc(0);

  /** Changes a bit of a file on the disk for as long as `check` takes. */
  async #flipped(
    path: string,
    random: () => number,
    check: (byte: number) => Promise<Outcome>,
  ): Promise<Outcome> {
    const original = readFileSync(path);
    this.#original = original;
    const byte = Math.floor(random() * original.length);
    const changed = Buffer.from(original);
    changed[byte] = (changed[byte] as number) ^ (1 << Math.floor(random() * 8));
    writeFileSync(path, changed);
    try {
      return await check(byte);
    } finally {
      writeFileSync(path, original);
    }
  }

  readonly #made = new Map<string, string>();

  async #receiptFor(cid: string): Promise<string> {
    const known = this.#made.get(cid);
    if (known) return known;
    for (let index = 3; index < ENTRIES; index += 100) {
      const receipt = await this.log.receipt(index, { anchor: this.log.anchor });
      if (!JSON.stringify(receipt.openings).includes(cid)) continue;
      const path = join(this.folder, `evidence-${index}.json`);
      writeFileSync(path, writeReceipt(receipt));
      this.#made.set(cid, path);
      return path;
    }
    throw new Error(`No record names ${cid}.`);
  }

  async #walk(): Promise<{ path: string }[]> {
    const findings: { path: string }[] = [];
    for await (const said of auditLog(logAt(this.log.directory), this.log.keys.key, tools)) {
      if (said.kind === 'finding') findings.push(said);
    }
    return findings;
  }

  /** Key and contract are those of the receipt: nothing but the receipt and the chain tell of a change. */
  #check(path: string) {
    const block = (cid: string) => readIfThere(join(this.log.evidence, cid));
    return checkReceipt(readFileSync(path), { rpcs: [rpcAt(this.chainUrl)], block }, tools);
  }
}

/** Characters of a receipt within which a place counts as named. */
const NEAR = 64;

/** Whether a link names the member that was changed, one inside of it or around it, or a place in the text close by. */
function names({ where, why }: Link, member: string, byte: number): boolean {
  if (where) return within(member, where) || within(where, member);
  if (why.startsWith('It has a strange member, ')) return true;
  const place = /from (?:character|byte) (\d+) on/.exec(why)?.[1] ?? (/cut/.test(why) ? byte : NaN);
  return Math.abs(Number(place) - byte) <= NEAR;
}

/** Whether a pointer is another one, or inside of it. */
const within = (pointer: string, other: string): boolean =>
  pointer === other || pointer.startsWith(`${other}/`);

const one = <T>(of: readonly T[], random: () => number): T =>
  of[Math.floor(random() * of.length)] as T;

/** The same numbers each time (mulberry32): a change that was missed can be had again. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

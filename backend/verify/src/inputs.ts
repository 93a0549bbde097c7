// What the command line names: receipts as files, folders or exports of many, and blocks of evidence.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { cidOfRaw } from '@verity/domain/audit/cid';
import { tools } from './tools';

export interface NamedReceipt {
  /** The file, with the line where it holds one receipt a line. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The receipts of files, of all `.json` and `.jsonl` files under folders, and of standard input for `-`. */
export async function* receiptsIn(places: readonly string[]): AsyncGenerator<NamedReceipt> {
  for (const place of places) {
    for (const path of await filesOf(place)) {
      const bytes = path === '-' ? await standardInput() : await readFile(path);
      if (path.endsWith('.jsonl')) yield* linesOf(path, bytes);
      else yield { name: path === '-' ? 'standard input' : path, bytes };
    }
  }
}

async function filesOf(place: string): Promise<string[]> {
  if (place === '-' || !(await stat(place)).isDirectory()) return [place];
  const names = await readdir(place, { recursive: true });
  return names
    .filter((name) => /\.jsonl?$/.test(name))
    .sort()
    .map((name) => join(place, name));
}

async function standardInput(): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** Each line with its line feed is the file of a receipt. */
function* linesOf(path: string, bytes: Buffer): Generator<NamedReceipt> {
  for (let from = 0, line = 1; from < bytes.length; line++) {
    const end = bytes.indexOf(0x0a, from);
    const to = end < 0 ? bytes.length : end + 1;
    yield { name: `${path}:${line}`, bytes: bytes.subarray(from, to) };
    from = to;
  }
}

/** Blocks of files, or of all files in folders, by their names on IPFS. */
export async function blocksIn(places: readonly string[]): Promise<Map<string, Uint8Array>> {
  const blocks = new Map<string, Uint8Array>();
  for (const place of places) {
    const inside = (await stat(place)).isDirectory();
    const paths = inside ? (await readdir(place)).map((name) => join(place, name)) : [place];
    for (const path of paths) {
      const bytes = await readFile(path);
      blocks.set(cidOfRaw(bytes, tools.sha256), bytes);
    }
  }
  return blocks;
}

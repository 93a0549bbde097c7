// Blocks and pins on a disk: each file appears whole, and is durable with its name before anybody hears of it.
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FsBlockstore } from 'blockstore-fs';
import { NextToLast } from 'blockstore-fs/sharding';
import { FsDatastore } from 'datastore-fs';
import type { CID } from 'multiformats/cid';

type Key = Parameters<FsDatastore['put']>[0];

const SHARDS = new NextToLast();

/** Blocks by the hash of their bytes. What is put is written even when it is there: a copy that has rotted is mended. */
export class DurableBlockstore extends FsBlockstore {
  #size: Promise<{ blocks: number; bytes: number }> | undefined;

  constructor(private readonly directory: string) {
    super(directory, { shardingStrategy: SHARDS });
  }

  override async put(cid: CID, block: Parameters<FsBlockstore['put']>[1]): Promise<CID> {
    const bytes = block instanceof Uint8Array ? block : await gathered(block);
    const { dir, file } = SHARDS.encode(cid);
    const path = join(this.directory, dir, file);
    const before = await sizeOf(path);
    await writeDurably(path, bytes);
    await this.#grow(before === null ? 1 : 0, bytes.length - (before ?? 0));
    return cid;
  }

  override async delete(cid: CID): Promise<void> {
    const { dir, file } = SHARDS.encode(cid);
    const path = join(this.directory, dir, file);
    const before = await sizeOf(path);
    if (before === null) return;
    await removeDurably(path);
    await this.#grow(-1, -before);
  }

  /** Counted once, and kept up from then on. */
  size(): Promise<{ blocks: number; bytes: number }> {
    this.#size ??= count(this.directory);
    return this.#size;
  }

  async #grow(blocks: number, bytes: number): Promise<void> {
    const size = this.#size && (await this.#size);
    if (!size) return;
    size.blocks += blocks;
    size.bytes += bytes;
  }
}

/** The pins of helia, as small files. */
export class DurableDatastore extends FsDatastore {
  override async put(key: Key, value: Uint8Array): Promise<Key> {
    await writeDurably(this._encode(key).file, value);
    return key;
  }

  override async delete(key: Key): Promise<void> {
    await removeDurably(this._encode(key).file);
  }
}

let temporary = 0;

/** The file is there as a whole or not at all, and on disk when it resolves. */
async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const folder = dirname(path);
  if (await mkdir(folder, { recursive: true, mode: 0o700 })) await sync(dirname(folder));
  const fresh = `${path}.${process.pid}.${(temporary += 1)}`;
  try {
    const file = await open(fresh, 'wx', 0o600);
    try {
      await file.writeFile(bytes);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(fresh, path);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
  await sync(folder);
}

async function removeDurably(path: string): Promise<void> {
  await rm(path, { force: true });
  if (await sizeOf(dirname(path))) await sync(dirname(path));
}

async function sync(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Null when there is nothing of this name. */
async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function count(directory: string): Promise<{ blocks: number; bytes: number }> {
  let blocks = 0;
  let bytes = 0;
  for (const shard of await readdir(directory, { withFileTypes: true })) {
    if (!shard.isDirectory()) continue;
    const names = await readdir(join(directory, shard.name));
    for (const name of names.filter((each) => each.endsWith(SHARDS.extension))) {
      const size = await sizeOf(join(directory, shard.name, name));
      if (size === null) continue;
      blocks += 1;
      bytes += size;
    }
  }
  return { blocks, bytes };
}

/** What a death in the middle of a write has left: files that were never whole. */
export async function removeUnfinished(directory: string): Promise<void> {
  for (const shard of await readdir(directory, { withFileTypes: true, recursive: true })) {
    if (shard.isFile() && /\.\d+\.\d+$/.test(shard.name)) {
      await rm(join(shard.parentPath, shard.name), { force: true });
    }
  }
}

async function gathered(
  block: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of block) chunks.push(chunk);
  return Buffer.concat(chunks);
}

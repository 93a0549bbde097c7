// An IPFS node on a directory: helia without a network, its blocks and pins durable.
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createHeliaLight } from 'helia';
import { CID } from 'multiformats/cid';
import { create as createDigest } from 'multiformats/hashes/digest';
import { DurableBlockstore, DurableDatastore, removeUnfinished } from './ipfs-disk';

const RAW = 0x55;
const SHA2_256 = 0x12;

export interface IpfsNode {
  readonly version: string;
  /** On disk when it resolves, pinned when asked; the name is that of a raw block by SHA-256. */
  put(block: Uint8Array, pinned: boolean): Promise<CID>;
  /** Null when it is not on this node. */
  get(cid: CID): Promise<Uint8Array | null>;
  /** Pins what is there. False when it is not on this node. */
  pin(cid: CID): Promise<boolean>;
  /** False when it was not pinned. */
  unpin(cid: CID): Promise<boolean>;
  isPinned(cid: CID): Promise<boolean>;
  pins(): AsyncIterable<CID>;
  /** Removes a block that is not pinned. False when it is not on this node. */
  remove(cid: CID): Promise<boolean>;
  size(): Promise<{ blocks: number; bytes: number }>;
  stop(): Promise<void>;
}

export async function openIpfsNode(directory: string): Promise<IpfsNode> {
  const inside = (name: string): string => {
    const folder = join(directory, name);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  };
  const blocks = new DurableBlockstore(inside('blocks'));
  const datastore = new DurableDatastore(inside('pins'));
  await removeUnfinished(directory);
  // No router and no block broker: it neither listens nor asks anybody.
  const helia = createHeliaLight({ blockstore: blocks, datastore });
  await helia.start();
  const pinOnce = async (cid: CID): Promise<void> => {
    try {
      for await (const pinned of helia.pins.add(cid)) void pinned;
    } catch (error) {
      if ((error as Error).name !== 'AlreadyPinnedError') throw error;
    }
  };
  const key = (cid: CID): string => cid.toV1().toString();
  const busy = new Map<string, Promise<unknown>>();
  /** One change of a block at a time: what is removed may be put again at that moment. */
  const alone = async <T>(cid: CID, change: () => Promise<T>): Promise<T> => {
    const before = busy.get(key(cid));
    const changed = (before ?? Promise.resolve()).then(change);
    const settled = Promise.allSettled([changed]);
    busy.set(key(cid), settled);
    try {
      return await changed;
    } finally {
      if (busy.get(key(cid)) === settled) busy.delete(key(cid));
    }
  };
  return {
    version: `helia/${helia.info.version}`,
    put(block, pinned) {
      const digest = createHash('sha256').update(block).digest();
      const cid = CID.createV1(RAW, createDigest(SHA2_256, digest));
      return alone(cid, async () => {
        await blocks.put(cid, block);
        if (pinned) await pinOnce(cid);
        return cid;
      });
    },
    async get(cid) {
      if (!(await blocks.has(cid))) return null;
      const chunks: Uint8Array[] = [];
      for await (const chunk of blocks.get(cid)) chunks.push(chunk);
      return Buffer.concat(chunks);
    },
    pin: (cid) =>
      alone(cid, async () => {
        if (!(await blocks.has(cid))) return false;
        await pinOnce(cid);
        return true;
      }),
    unpin: (cid) =>
      alone(cid, async () => {
        try {
          for await (const unpinned of helia.pins.rm(cid)) void unpinned;
          return true;
        } catch (error) {
          if ((error as Error).name === 'NotFoundError') return false;
          // Without its block a pin has nothing to hold: it is gone by now.
          if (!(await blocks.has(cid))) return true;
          throw error;
        }
      }),
    isPinned: async (cid) => helia.pins.isPinned(cid),
    async *pins() {
      const seen = new Set<string>();
      for await (const { cid } of helia.pins.ls()) {
        if (seen.has(key(cid))) continue;
        seen.add(key(cid));
        yield cid.toV1();
      }
    },
    remove: (cid) =>
      alone(cid, async () => {
        if (!(await blocks.has(cid))) return false;
        await helia.blockstore.delete(cid);
        return true;
      }),
    size: () => blocks.size(),
    stop: async () => {
      await helia.stop();
    },
  };
}

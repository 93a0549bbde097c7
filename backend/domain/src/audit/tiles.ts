// Tiles of a log in the layout of C2SP tlog-tiles: where a node is stored, and the files that hold entries and hashes.
import { HASH_BYTES, LARGEST_SIZE, type Hash, type NodeAt } from './merkle';

/** Levels of the tree in one tile. */
export const TILE_HEIGHT = 8;
/** Hashes in a full tile, entries in a full bundle. */
export const TILE_WIDTH = 2 ** TILE_HEIGHT;
/** Bytes of an entry: its length is written in 16 bits. */
export const LARGEST_ENTRY = 0xffff;

/** A file of the log: hashes at every 8th level of the tree, or the entries below level 0. */
export interface TileAt {
  /** 0: hashes of leaves; n: hashes of subtrees of 256^n leaves. */
  readonly level: number | 'entries';
  readonly index: number;
  /** 1…256 hashes or entries; below 256 the tile is partial. */
  readonly width: number;
}

/** A file by its path inside the directory of the log. */
export interface LogFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** `tile/<level>/<index>[.p/<width>]`; the index in groups of three digits, all but the last behind an `x`. */
export function tilePath({ level, index, width }: TileAt): string {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g) as string[];
  const path = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/');
  return `tile/${level}/${path}${width < TILE_WIDTH ? `.p/${width}` : ''}`;
}

const PATH = /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/)*\d{3})(?:\.p\/(\d{1,3}))?$/;

/** The tile of a path; null for every text that `tilePath` does not write. */
export function parseTilePath(path: string): TileAt | null {
  const [, level, groups, partial] = PATH.exec(path) ?? [];
  if (level === undefined || groups === undefined) return null;
  const tile: TileAt = {
    level: level === 'entries' ? level : Number(level),
    index: Number(groups.replace(/[x/]/g, '')),
    width: partial === undefined ? TILE_WIDTH : Number(partial),
  };
  const sayable = tile.width > 0 && tile.index <= LARGEST_SIZE && tilePath(tile) === path;
  return sayable ? tile : null;
}

/** The tiles of a tree of `size` leaves that one of `from` leaves has not, or has narrower. */
export function* newTiles(from: number, size: number): Generator<TileAt> {
  const rows: [TileAt['level'], number, number][] = [['entries', from, size]];
  for (let level = 0, [old, now] = [from, size]; now > 0; level++) {
    rows.push([level, old, now]);
    [old, now] = [Math.floor(old / TILE_WIDTH), Math.floor(now / TILE_WIDTH)];
  }
  for (const [level, old, now] of rows) {
    for (let index = Math.floor(old / TILE_WIDTH); index * TILE_WIDTH < now; index++) {
      const width = Math.min(TILE_WIDTH, now - index * TILE_WIDTH);
      if (index * TILE_WIDTH + width > old) yield { level, index, width };
    }
  }
}

/** The tile, as wide as a tree of `size` leaves has it, that a perfect subtree is made from, and where in it. */
export function tileOf({ level, index }: NodeAt, size: number) {
  const tileLevel = Math.floor(level / TILE_HEIGHT);
  /** Hashes of the tile's row under the node. */
  const count = 2 ** (level % TILE_HEIGHT);
  const first = index * count;
  const tileIndex = Math.floor(first / TILE_WIDTH);
  const row = Math.floor(size / TILE_WIDTH ** tileLevel);
  const width = Math.min(TILE_WIDTH, row - tileIndex * TILE_WIDTH);
  const begin = first - tileIndex * TILE_WIDTH;
  if (begin + count > width) {
    throw new RangeError(`A tree of ${size} has no node ${index} at level ${level}.`);
  }
  const tile: TileAt = { level: tileLevel, index: tileIndex, width };
  return { tile, begin, count };
}

/** The hashes of a tile; null when they are not `width` whole ones. */
export function hashesInTile(bytes: Uint8Array, width: number): Hash[] | null {
  if (bytes.length !== width * HASH_BYTES) return null;
  return Array.from({ length: width }, (_, index) =>
    bytes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES),
  );
}

/** Entries one after the other, each behind its length as a big-endian 16-bit number. Throws RangeError for a longer one. */
export function writeBundle(entries: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(entries.reduce((sum, { length }) => sum + 2 + length, 0));
  let at = 0;
  for (const entry of entries) {
    if (entry.length > LARGEST_ENTRY) {
      throw new RangeError(`An entry has ${entry.length} bytes; ${LARGEST_ENTRY} fit.`);
    }
    bytes[at] = entry.length >> 8;
    bytes[at + 1] = entry.length & 0xff;
    bytes.set(entry, at + 2);
    at += 2 + entry.length;
  }
  return bytes;
}

/** The `width` entries of a bundle; null when it holds fewer, more, or a part of one. */
export function readBundle(bytes: Uint8Array, width: number): Uint8Array[] | null {
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at + 2 <= bytes.length && entries.length < width) {
    const end = at + 2 + (bytes[at] as number) * 256 + (bytes[at + 1] as number);
    if (end > bytes.length) return null;
    entries.push(bytes.subarray(at + 2, end));
    at = end;
  }
  return at === bytes.length && entries.length === width ? entries : null;
}

// What a batch of entries makes of a log: the right edge of its tree, and the files that are filled or begun.
import { Fault } from '@verity/protocol/faults';
import { joined } from '../kernel/bytes';
import { CompactRange, leafHash, type Hash, type Sha256 } from './merkle';
import {
  LARGEST_ENTRY,
  tilePath,
  TILE_HEIGHT,
  TILE_WIDTH,
  writeBundle,
  type LogFile,
  type TileAt,
} from './tiles';

/** The right edge of the tree: what the next entries are added to. */
export interface Edge {
  readonly range: CompactRange;
  /** Hashes of the tile that grows, by level. */
  readonly rows: Hash[][];
  /** Entries of the bundle that grows. */
  readonly bundle: Uint8Array[];
}

export interface Growth {
  readonly edge: Edge;
  /** Hashes of the entries. */
  readonly leaves: readonly Hash[];
  /** To be written before anybody is told of the tree at the new edge. */
  readonly files: readonly LogFile[];
  /** Tiles among them that are full. */
  readonly full: readonly TileAt[];
}

/** Adds entries to an edge, which stays as it is. Throws `too-large` when one of them fits into no bundle. */
export function grow(from: Edge, entries: readonly Uint8Array[], sha256: Sha256): Growth {
  const long = entries.find(({ length }) => length > LARGEST_ENTRY);
  if (long) {
    throw new Fault('too-large', `An entry has ${long.length} bytes; ${LARGEST_ENTRY} fit.`, {
      fix: 'Store what is large as evidence, and name it in the record.',
    });
  }
  const before = from.range.size;
  const range = new CompactRange(sha256, before, from.range.parts);
  const rows = from.rows.map((row) => [...row]);
  const bundle = [...from.bundle];
  const files: LogFile[] = [];
  const full: TileAt[] = [];
  const leaves: Hash[] = [];
  const close = (level: TileAt['level'], index: number, bytes: Uint8Array): void => {
    const tile = { level, index, width: TILE_WIDTH };
    full.push(tile);
    files.push({ path: tilePath(tile), bytes });
  };
  const add = (level: number, index: number, hash: Hash): void => {
    const row = (rows[level] ??= []);
    row.push(hash);
    if (row.length < TILE_WIDTH) return;
    close(level, Math.floor(index / TILE_WIDTH), joined(row));
    row.length = 0;
  };
  for (const entry of entries) {
    const place = range.size;
    bundle.push(entry);
    if (bundle.length === TILE_WIDTH) {
      close('entries', Math.floor(place / TILE_WIDTH), writeBundle(bundle));
      bundle.length = 0;
    }
    const leaf = leafHash(entry, sha256);
    leaves.push(leaf);
    add(0, place, leaf);
    range.push(leaf, ({ level, index }, hash) => {
      if (level % TILE_HEIGHT === 0) add(level / TILE_HEIGHT, index, hash);
    });
  }
  const begin = (level: TileAt['level'], width: number, bytes: Uint8Array): void => {
    const index = Math.floor(rowOf(level, range.size) / TILE_WIDTH);
    files.push({ path: tilePath({ level, index, width }), bytes });
  };
  if (bundle.length > 0) begin('entries', bundle.length, writeBundle(bundle));
  rows.forEach((row, level) => {
    const grown = rowOf(level, range.size) > rowOf(level, before);
    if (row.length > 0 && grown) begin(level, row.length, joined(row));
  });
  return { edge: { range, rows, bundle }, leaves, files, full };
}

/** Whether a tree of `size` leaves has this tile in a partial form. */
export function isBegun({ level, index }: TileAt, size: number): boolean {
  const row = rowOf(level, size);
  return Math.floor(row / TILE_WIDTH) === index && row % TILE_WIDTH > 0;
}

/** Hashes at a level of tiles, or entries, of a tree of `size` leaves. */
const rowOf = (level: TileAt['level'], size: number): number =>
  Math.floor(size / TILE_WIDTH ** (level === 'entries' ? 0 : level));

// Reading files of a log that somebody else writes: what cannot be read is said, not thrown.
import type { LogFiles } from './log';
import { hashesInTile, readBundle, TILE_WIDTH, tilePath, type TileAt } from './tiles';

/** What is in a tile: hashes, or entries. */
export interface TileFile<Part = Uint8Array> {
  readonly path: string;
  /** All of them, or those that could be read. */
  readonly parts: readonly Part[];
  /** Why not all of them could be read. */
  readonly why: string | null;
}

/** Reads a tile; the full form stands in for a partial one, which the log removes as soon as the tile is full. */
export async function readTileFile(files: Pick<LogFiles, 'read'>, tile: TileAt): Promise<TileFile> {
  const path = tilePath(tile);
  const bytes = await files.read(path);
  if (!bytes && tile.width < TILE_WIDTH) {
    const full = await files.read(tilePath({ ...tile, width: TILE_WIDTH }));
    const parts = full && partsOf(tile.level, full, TILE_WIDTH);
    if (parts) return { path, parts: parts.slice(0, tile.width), why: null };
  }
  if (!bytes) return { path, parts: [], why: 'It is missing.' };
  const parts = partsOf(tile.level, bytes, tile.width);
  if (parts) return { path, parts, why: null };
  const what = tile.level === 'entries' ? 'entries' : 'hashes';
  const readable = tile.level === 'entries' ? entriesBefore(bytes, tile.width) : [];
  return { path, parts: readable, why: `It is not made of ${tile.width} whole ${what}.` };
}

const partsOf = (level: TileAt['level'], bytes: Uint8Array, width: number): Uint8Array[] | null =>
  level === 'entries' ? readBundle(bytes, width) : hashesInTile(bytes, width);

/** The entries in front of the place where a bundle cannot be cut any more, at most `width`. */
function entriesBefore(bytes: Uint8Array, width: number): Uint8Array[] {
  const entries: Uint8Array[] = [];
  for (let at = 0; at + 2 <= bytes.length && entries.length < width;) {
    const end = at + 2 + (bytes[at] as number) * 256 + (bytes[at + 1] as number);
    if (end > bytes.length) break;
    entries.push(bytes.subarray(at + 2, end));
    at = end;
  }
  return entries;
}

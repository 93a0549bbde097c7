// A log that only grows (C2SP tlog-tiles): entries go in in batches, each batch is on disk under a signed checkpoint
// before anybody hears of it, and proofs come out of its tiles.
import { Fault } from '@verity/protocol/faults';
import { joined } from '../kernel/bytes';
import { parseCheckpoint, writeCheckpoint, type Checkpoint } from './checkpoint';
import { CompactRange, leafHash, perfectParts, sameHash, type Hash, type Sha256 } from './merkle';
import { hashesOf, type ReadNodes } from './prove';
import {
  parseNote,
  signatureBy,
  signNote,
  writeNote,
  type SignEd25519,
  type VerifierKey,
  type VerifyEd25519,
} from './signed-note';
import {
  hashesInTile,
  LARGEST_ENTRY,
  readBundle,
  tileOf,
  tilePath,
  TILE_HEIGHT,
  TILE_WIDTH,
  writeBundle,
  type TileAt,
} from './tiles';

export interface LogFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** The directory of a log. */
export interface LogFiles {
  /** Null when there is no such file. */
  read(path: string): Promise<Uint8Array | null>;
  /** Each as a whole or not at all; all of them on disk when it resolves. */
  write(files: readonly LogFile[]): Promise<void>;
  /** Puts a checkpoint in the place of `before` (null: of none). Throws `conflict` when another one stands there. */
  publish(checkpoint: Uint8Array, before: Uint8Array | null): Promise<void>;
  /** Removes the partial forms of tiles that are full by now. */
  removePartials(tiles: readonly TileAt[]): Promise<void>;
}

export interface LogKeys {
  /** Its name is the origin of the log. */
  readonly key: VerifierKey;
  readonly sign: SignEd25519;
  readonly verify: VerifyEd25519;
  readonly sha256: Sha256;
}

export const CHECKPOINT_PATH = 'checkpoint';

/** The right edge of the tree: what the next entries are added to. */
interface Edge {
  readonly range: CompactRange;
  /** Hashes of the tile that grows, by level. */
  readonly rows: Hash[][];
  /** Entries of the bundle that grows. */
  readonly bundle: Uint8Array[];
}

export class MerkleLog {
  #edge: Edge;
  #published: Uint8Array | null;
  #appending: Promise<unknown> = Promise.resolve();
  /** Full tiles whose partial forms are still there. */
  readonly #untidy: TileAt[] = [];

  private constructor(
    private readonly files: LogFiles,
    private readonly keys: LogKeys,
    edge: Edge,
    published: Uint8Array | null,
    private at: Checkpoint,
  ) {
    this.#edge = edge;
    this.#published = published;
  }

  /**
   * Opens the log of a directory, an empty one when there is none. What a crash left behind its checkpoint was never
   * acknowledged and is written over. Throws `internal` when the checkpoint is not ours or the tiles do not lead to it.
   */
  static async open(files: LogFiles, keys: LogKeys): Promise<MerkleLog> {
    const published = await files.read(CHECKPOINT_PATH);
    if (!published) {
      const empty = new CompactRange(keys.sha256);
      const at = { origin: keys.key.name, size: 0, root: empty.root() };
      return new MerkleLog(files, keys, { range: empty, rows: [], bundle: [] }, null, at);
    }
    const note = parseNote(new TextDecoder().decode(published));
    const at = note && parseCheckpoint(note.text);
    if (!at || at.origin !== keys.key.name) {
      throw broken('Its checkpoint is none of this log.');
    }
    if (!(await signatureBy(note, keys.key, keys.verify, keys.sha256))) {
      throw broken('Its checkpoint is not signed by the key of this log.');
    }
    const edge = await readEdge(files, at, keys.sha256);
    return new MerkleLog(files, keys, edge, published, at);
  }

  /** The signed checkpoint as text; null before the first entry. */
  get checkpoint(): string | null {
    return this.#published && new TextDecoder().decode(this.#published);
  }

  get size(): number {
    return this.at.size;
  }

  get root(): Hash {
    return this.at.root;
  }

  /**
   * Appends entries, in order, as one batch; resolves with the index of the first when they are on disk and under a
   * signed checkpoint. One batch at a time. When it rejects nobody was told of them; open the log
   * again to see whether they are in it.
   */
  append(entries: readonly Uint8Array[]): Promise<number> {
    const appended = this.#appending.then(() => this.#append(entries));
    this.#appending = Promise.allSettled([appended]);
    return appended;
  }

  async #append(entries: readonly Uint8Array[]): Promise<number> {
    const { sha256, key, sign } = this.keys;
    const first = this.at.size;
    if (entries.length === 0) return first;
    const long = entries.find(({ length }) => length > LARGEST_ENTRY);
    if (long) {
      throw new Fault('too-large', `An entry has ${long.length} bytes; ${LARGEST_ENTRY} fit.`, {
        fix: 'Store what is large as evidence, and name it in the record.',
      });
    }
    const edge = copyOf(this.#edge, first, sha256);
    const files: LogFile[] = [];
    const full: TileAt[] = [];
    const close = (level: TileAt['level'], index: number, bytes: Uint8Array): void => {
      const tile = { level, index, width: TILE_WIDTH };
      full.push(tile);
      files.push({ path: tilePath(tile), bytes });
    };
    for (const entry of entries) {
      const place = edge.range.size;
      edge.bundle.push(entry);
      if (edge.bundle.length === TILE_WIDTH) {
        close('entries', Math.floor(place / TILE_WIDTH), writeBundle(edge.bundle));
        edge.bundle.length = 0;
      }
      const add = (level: number, index: number, hash: Hash): void => {
        const row = (edge.rows[level] ??= []);
        row.push(hash);
        if (row.length < TILE_WIDTH) return;
        close(level, Math.floor(index / TILE_WIDTH), joined(row));
        row.length = 0;
      };
      const leaf = leafHash(entry, sha256);
      add(0, place, leaf);
      edge.range.push(leaf, ({ level, index }, hash) => {
        if (level % TILE_HEIGHT === 0) add(level / TILE_HEIGHT, index, hash);
      });
    }
    const size = edge.range.size;
    const grown = (level: number): boolean =>
      Math.floor(size / TILE_WIDTH ** level) > Math.floor(first / TILE_WIDTH ** level);
    const partial = (level: TileAt['level'], depth: number, width: number): string =>
      tilePath({ level, index: Math.floor(size / TILE_WIDTH ** (depth + 1)), width });
    if (edge.bundle.length > 0) {
      const path = partial('entries', 0, edge.bundle.length);
      files.push({ path, bytes: writeBundle(edge.bundle) });
    }
    edge.rows.forEach((row, level) => {
      if (row.length === 0 || !grown(level)) return;
      files.push({ path: partial(level, level, row.length), bytes: joined(row) });
    });
    const at: Checkpoint = { origin: key.name, size, root: edge.range.root() };
    const text = writeCheckpoint(at);
    const signature = await signNote(text, key, sign, sha256);
    const note = new TextEncoder().encode(writeNote({ text, signatures: [signature] }));
    await this.files.write(files);
    await this.files.publish(note, this.#published);
    this.#edge = edge;
    this.#published = note;
    this.at = at;
    await this.#tidy(full);
    return first;
  }

  /** A partial tile that stays beside its full one misleads nobody: it is tried again with the next batch. */
  async #tidy(full: readonly TileAt[]): Promise<void> {
    this.#untidy.push(...full);
    const [tidied] = await Promise.allSettled([this.files.removePartials(this.#untidy)]);
    if (tidied.status === 'fulfilled') this.#untidy.length = 0;
  }

  /** Reads nodes of the tree of `size` leaves: what proofs are made of. Throws `internal` when a tile is missing or cut. */
  reader(size = this.at.size): ReadNodes {
    return nodeReader(this.files, size, this.keys.sha256);
  }

  /** The entries from `begin` up to, not including, `end`; the end is that of the log at most. */
  async *entries(begin: number, end = this.at.size): AsyncGenerator<Uint8Array> {
    const { size } = this.at;
    const last = Math.min(end, size);
    for (let index = Math.floor(begin / TILE_WIDTH); index * TILE_WIDTH < last; index++) {
      const width = Math.min(TILE_WIDTH, size - index * TILE_WIDTH);
      const bundle = await readEntries(this.files, { level: 'entries', index, width });
      const from = Math.max(0, begin - index * TILE_WIDTH);
      yield* bundle.slice(from, Math.min(width, last - index * TILE_WIDTH));
    }
  }
}

/** Reads nodes out of the tiles of a tree of `size` leaves, each tile once. */
export function nodeReader(files: Pick<LogFiles, 'read'>, size: number, sha256: Sha256): ReadNodes {
  return async (nodes) => {
    const tiles = new Map<string, Promise<Hash[]>>();
    const tileAt = (tile: TileAt): Promise<Hash[]> => {
      const path = tilePath(tile);
      const known = tiles.get(path);
      if (known) return known;
      const reading = readHashes(files, tile);
      tiles.set(path, reading);
      return reading;
    };
    return Promise.all(
      nodes.map(async (node) => {
        const { tile, begin, count } = tileOf(node, size);
        const row = (await tileAt(tile)).slice(begin, begin + count);
        const under = new CompactRange(sha256);
        for (const hash of row) under.push(hash);
        return under.root();
      }),
    );
  };
}

async function readHashes(files: Pick<LogFiles, 'read'>, tile: TileAt): Promise<Hash[]> {
  const bytes = await readTile(files, tile);
  return hashesInTile(bytes, tile.width) ?? cut(tile);
}

async function readEntries(files: Pick<LogFiles, 'read'>, tile: TileAt): Promise<Uint8Array[]> {
  const bytes = await readTile(files, tile);
  return readBundle(bytes, tile.width) ?? cut(tile);
}

async function readTile(files: Pick<LogFiles, 'read'>, tile: TileAt): Promise<Uint8Array> {
  const bytes = await files.read(tilePath(tile));
  if (!bytes) throw broken(`Its file ${tilePath(tile)} is missing.`);
  return bytes;
}

const cut = (tile: TileAt): never => {
  throw broken(`Its file ${tilePath(tile)} has not ${tile.width} whole parts.`);
};

async function readEdge(
  files: LogFiles,
  { size, root }: Checkpoint,
  sha256: Sha256,
): Promise<Edge> {
  const rows: Hash[][] = [];
  for (let level = 0; TILE_WIDTH ** level <= size; level++) {
    const count = Math.floor(size / TILE_WIDTH ** level);
    const width = count % TILE_WIDTH;
    const index = Math.floor(count / TILE_WIDTH);
    rows.push(width === 0 ? [] : [...(await readHashes(files, { level, index, width }))]);
  }
  const width = size % TILE_WIDTH;
  const index = Math.floor(size / TILE_WIDTH);
  const bundle = width === 0 ? [] : await readEntries(files, { level: 'entries', index, width });
  const parts = perfectParts(0, size).map(({ level, index: at }) => ({
    begin: at * 2 ** level,
    end: (at + 1) * 2 ** level,
  }));
  const hashes = await hashesOf(parts, nodeReader(files, size, sha256), sha256);
  const range = new CompactRange(sha256, size, hashes);
  if (!sameHash(range.root(), root)) throw broken('Its tiles do not lead to its checkpoint.');
  const first = size - bundle.length;
  bundle.forEach((entry, offset) => {
    const hash = rows[0]?.[offset];
    if (hash && sameHash(leafHash(entry, sha256), hash)) return;
    throw broken(`Its entry ${first + offset} has not the hash that is in its tile.`);
  });
  return { range, rows, bundle };
}

/** A copy that can be thrown away when the batch fails. */
function copyOf({ range, rows, bundle }: Edge, size: number, sha256: Sha256): Edge {
  return {
    range: new CompactRange(sha256, size, range.parts),
    rows: rows.map((row) => [...row]),
    bundle: [...bundle],
  };
}

const broken = (what: string): Fault =>
  new Fault('internal', `The audit log cannot be trusted. ${what}`, {
    fix: 'Keep the directory as it is for whoever investigates, and restore a backup beside it.',
  });

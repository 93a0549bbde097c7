// A log that only grows (C2SP tlog-tiles): entries go in in batches, each batch is on disk under a signed checkpoint
// before anybody hears of it, and proofs come out of its tiles.
import { Fault } from '@verity/protocol/faults';
import { parseCheckpoint, writeCheckpoint, type Checkpoint } from './checkpoint';
import { grow, isBegun, type Edge, type Growth } from './grow';
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
  readBundle,
  tileOf,
  tilePath,
  TILE_WIDTH,
  type LogFile,
  type TileAt,
} from './tiles';

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

/** A batch that is in the log. */
export interface Appended {
  /** The index of its first entry. */
  readonly first: number;
  /** The hashes of its entries. */
  readonly leaves: readonly Hash[];
}

export interface LogKeys {
  /** Its name is the origin of the log. */
  readonly key: VerifierKey;
  readonly sign: SignEd25519;
  readonly verify: VerifyEd25519;
  readonly sha256: Sha256;
}

export const CHECKPOINT_PATH = 'checkpoint';

/** A tree that is on the disk; its checkpoint is null before the first entry. */
interface Stored {
  readonly edge: Edge;
  readonly at: Checkpoint;
  readonly note: Uint8Array | null;
}

export class MerkleLog {
  #stored: Stored;
  /** What the next batch is added to; the batches in between are on their way to the disk. */
  #tip: Edge;
  #storing: Promise<void> = Promise.resolve();
  #tidying: Promise<void> = Promise.resolve();
  /** Full tiles whose partial forms may still be there. */
  #untidy: TileAt[] = [];
  /** Until a batch is through: what a crash left may lie in the place of any of its tiles. */
  #afterCrash = true;

  private constructor(
    private readonly files: LogFiles,
    private readonly keys: LogKeys,
    stored: Stored,
  ) {
    this.#stored = stored;
    this.#tip = stored.edge;
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
      const edge = { range: empty, rows: [], bundle: [] };
      return new MerkleLog(files, keys, { edge, at, note: null });
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
    return new MerkleLog(files, keys, { edge, at, note: published });
  }

  /** The signed checkpoint as text; null before the first entry. */
  get checkpoint(): string | null {
    const { note } = this.#stored;
    return note && new TextDecoder().decode(note);
  }

  get size(): number {
    return this.#stored.at.size;
  }

  get root(): Hash {
    return this.#stored.at.root;
  }

  /**
   * Appends entries, in order, as one batch; resolves with their places when they are on disk and under a signed
   * checkpoint. The next batch may be given at once: it is made ready while this one is on its way, and goes when
   * this one is there. When a batch rejects, nobody was told of it; those behind it reject too. Open the log again to see
   * whether it is in it.
   */
  async append(entries: readonly Uint8Array[]): Promise<Appended> {
    const first = this.#tip.range.size;
    if (entries.length === 0) {
      await this.#storing;
      return { first, leaves: [] };
    }
    const growth = grow(this.#tip, entries, this.keys.sha256);
    this.#tip = growth.edge;
    const storing = this.#store(growth, this.#storing);
    this.#storing = storing;
    try {
      await storing;
    } catch (error) {
      // With the last that was built on what failed all of them are told: the next begins at what is there.
      if (this.#storing === storing) {
        this.#storing = Promise.resolve();
        this.#tip = this.#stored.edge;
      }
      throw error;
    }
    return { first, leaves: growth.leaves };
  }

  async #store({ edge, files, full }: Growth, earlier: Promise<void>): Promise<void> {
    const { sha256, key, sign } = this.keys;
    const at: Checkpoint = { origin: key.name, size: edge.range.size, root: edge.range.root() };
    const text = writeCheckpoint(at);
    const signature = await signNote(text, key, sign, sha256);
    const note = new TextEncoder().encode(writeNote({ text, signatures: [signature] }));
    await earlier;
    const before = this.#stored;
    await this.files.write(files);
    await this.files.publish(note, before.note);
    this.#stored = { edge, at, note };
    this.#tidy(this.#afterCrash ? full : full.filter((tile) => isBegun(tile, before.at.size)));
    this.#afterCrash = false;
  }

  /** Beside the next batch; a partial tile that stays beside its full one misleads nobody, and is tried again. */
  #tidy(outgrown: readonly TileAt[]): void {
    this.#untidy.push(...outgrown);
    this.#tidying = this.#tidying.then(async () => {
      const tiles = this.#untidy;
      this.#untidy = [];
      const [tidied] = await Promise.allSettled([this.files.removePartials(tiles)]);
      if (tidied.status === 'rejected') this.#untidy.push(...tiles);
    });
  }

  /** Reads nodes of the tree of `size` leaves: what proofs are made of. Throws `internal` when a tile is missing or cut. */
  reader(size = this.size): ReadNodes {
    return nodeReader(this.files, size, this.keys.sha256);
  }

  /** The entries from `begin` up to, not including, `end`; the end is that of the log at most. */
  async *entries(begin: number, end = this.size): AsyncGenerator<Uint8Array> {
    const { size } = this;
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

const broken = (what: string): Fault =>
  new Fault('internal', `The audit log cannot be trusted. ${what}`, {
    fix: 'Keep the directory as it is for whoever investigates, and restore a backup beside it.',
  });

// The whole log walked: every entry against its tile, every tile against the one above it, the top against the signed
// checkpoint. Three things say what stands at a place (what is below, the tile, the tile above), so the odd one out is named.
import { parseCheckpoint, type Checkpoint } from './checkpoint';
import { CHECKPOINT_PATH, type LogFiles } from './log';
import {
  CompactRange,
  foldRight,
  HASH_BYTES,
  leafHash,
  perfectParts,
  rootOf,
  sameHash,
  type Hash,
  type Sha256,
} from './merkle';
import { parseNote, signatureBy, type VerifierKey, type VerifyEd25519 } from './signed-note';
import { readTileFile, type TileFile } from './read-tile';
import { TILE_WIDTH, tilePath, type TileAt } from './tiles';

/** Something in the log that is not as it was signed. */
export interface LogFinding {
  readonly kind: 'finding';
  /** The file, from the directory of the log. */
  readonly path: string;
  /** The entry, or the first of the entries that the changed hash stands for. */
  readonly index?: number;
  readonly why: string;
}

export interface LogProgress {
  readonly kind: 'progress';
  /** Entries that were looked at so far. */
  readonly entries: number;
  /** Entries of the log. */
  readonly size: number;
}

export interface AuditLogOptions {
  /** Entries outside of [from, to) are not read; their hashes are, all of them. */
  readonly from?: number;
  readonly to?: number;
  readonly signal?: AbortSignal;
  /** Gets the entries of each bundle that is whole, `first` being the index of the first: for further checks. */
  readonly entries?: (
    first: number,
    entries: readonly Uint8Array[],
  ) => Promise<readonly LogFinding[]>;
}

export interface AuditTools {
  readonly sha256: Sha256;
  readonly verify: VerifyEd25519;
}

/** Bundles between two reports of progress. */
const REPORT_EVERY = 16;

/**
 * Walks the log; yields every finding with its place, and progress, the last when all of it was read. Returns the
 * checkpoint, null when there is none that can be read. A log that nobody has written to yet has nothing to find.
 */
export async function* auditLog(
  files: Pick<LogFiles, 'read'>,
  key: VerifierKey,
  tools: AuditTools,
  options: AuditLogOptions = {},
): AsyncGenerator<LogFinding | LogProgress, Checkpoint | null> {
  const bytes = await files.read(CHECKPOINT_PATH);
  if (!bytes) {
    if (await files.read(tilePath({ level: 0, index: 0, width: TILE_WIDTH }))) {
      yield finding(CHECKPOINT_PATH, 'It is missing, and tiles are there.');
    }
    return null;
  }
  const { checkpoint, why } = await readCheckpoint(bytes, key, tools);
  if (why) yield finding(CHECKPOINT_PATH, why);
  if (!checkpoint) return null;
  // What nobody signed says no more of the tree than that it may be this one.
  if (why && !(await edgeIsThere(files, checkpoint.size))) return checkpoint;
  yield* new Walk(files, checkpoint, why !== null, tools.sha256, options).run();
  return checkpoint;
}

/** The checkpoint of a file that holds the log's own signature alone; `why` when it is not that. */
export async function readCheckpoint(
  bytes: Uint8Array,
  key: VerifierKey,
  { sha256, verify }: AuditTools,
): Promise<{ checkpoint: Checkpoint | null; why: string | null }> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { checkpoint: null, why: 'It is no UTF-8.' };
  }
  const note = parseNote(text);
  const checkpoint = note && parseCheckpoint(note.text);
  if (!checkpoint) return { checkpoint: null, why: 'It is no checkpoint.' };
  if (checkpoint.origin !== key.name) {
    return { checkpoint, why: `It is of ${checkpoint.origin}, not of ${key.name}.` };
  }
  if (!(await signatureBy(note, key, verify, sha256))) {
    return { checkpoint, why: 'It is not signed by the key of this log.' };
  }
  const others = note.signatures.length - 1;
  return { checkpoint, why: others > 0 ? 'Others than the log have signed it.' : null };
}

const finding = (path: string, why: string, index?: number): LogFinding =>
  index === undefined ? { kind: 'finding', path, why } : { kind: 'finding', path, index, why };

async function edgeIsThere(files: Pick<LogFiles, 'read'>, size: number): Promise<boolean> {
  if (size === 0) return true;
  const index = Math.floor((size - 1) / TILE_WIDTH);
  const tile: TileAt = { level: 0, index, width: size - index * TILE_WIDTH };
  return (await files.read(tilePath(tile))) !== null;
}

/** A row of hashes at the right edge, without a tile above: what is below says one, the tile the other. */
interface Edge {
  readonly level: number;
  readonly index: number;
  readonly below: readonly Hash[];
  readonly stored: readonly Hash[];
}

/** Which of the hashes of a tile are not those of what is below it. */
const differing = (below: readonly Hash[], stored: readonly Hash[]): number[] =>
  below.flatMap((hash, at) => (sameHash(hash, stored[at] as Hash) ? [] : [at]));

class Walk {
  /** Hashes that are made of what is below, of the tile that is being filled at each level. */
  readonly #rows: Hash[][] = [];
  readonly #edges: Edge[] = [];
  /** The tile above that was read last, at each level. */
  readonly #above: { path: string; hashes: TileFile<Hash> }[] = [];

  constructor(
    private readonly files: Pick<LogFiles, 'read'>,
    private readonly checkpoint: Checkpoint,
    /** The checkpoint was already found to be changed. */
    private readonly suspect: boolean,
    private readonly sha256: Sha256,
    private readonly options: AuditLogOptions,
  ) {}

  async *run(): AsyncGenerator<LogFinding | LogProgress> {
    const { size } = this.checkpoint;
    const bundles = Math.ceil(size / TILE_WIDTH);
    for (let index = 0; index < bundles; index++) {
      this.options.signal?.throwIfAborted();
      yield* this.#bundle(index, Math.min(TILE_WIDTH, size - index * TILE_WIDTH));
      if (index % REPORT_EVERY === REPORT_EVERY - 1) {
        yield { kind: 'progress', entries: Math.min(size, (index + 1) * TILE_WIDTH), size };
      }
    }
    for (const [level, row] of this.#rows.entries()) {
      if (row.length > 0) yield* this.#close(level, Math.floor(size / TILE_WIDTH ** (level + 1)));
    }
    yield* this.#edge();
    yield { kind: 'progress', entries: size, size };
  }

  async *#bundle(index: number, width: number): AsyncGenerator<LogFinding> {
    const first = index * TILE_WIDTH;
    const { from = 0, to = this.checkpoint.size, entries: further } = this.options;
    const row = (this.#rows[0] = [] as Hash[]);
    const tile: TileAt = { level: 0, index, width };
    const stored = await readTileFile(this.files, tile);
    if (first + width <= from || first >= to) {
      // Hashes alone are looked at: the tile stands for what is below it.
      row.push(...this.#filled(stored.parts, width));
      yield* this.#close(0, index, stored);
      return;
    }
    const bundle = await readTileFile(this.files, { ...tile, level: 'entries' });
    row.push(...bundle.parts.map((entry) => leafHash(entry, this.sha256)));
    if (bundle.why) {
      // Entries behind a changed length are cut wrongly: what the tile says of them is not contradicted.
      const same = row.findIndex((hash, at) => !sameHash(hash, stored.parts[at] ?? hash));
      const at = same < 0 ? row.length : same;
      yield finding(bundle.path, bundle.why, first + at);
      row.splice(at, row.length - at, ...this.#filled(stored.parts, width).slice(at));
    } else if (further) {
      yield* await further(first, bundle.parts);
    }
    yield* this.#close(0, index, stored);
  }

  /** Judges a tile whose row is made, and hands its hash up. */
  async *#close(level: number, index: number, known?: TileFile<Hash>): AsyncGenerator<LogFinding> {
    const below = this.#rows[level] as Hash[];
    const width = below.length;
    this.#rows[level] = [];
    const file = known ?? (await this.#stored({ level, index, width }));
    if (file.why) yield finding(file.path, file.why, this.#firstUnder(level, index, 0));
    // Where the tile cannot be read it contradicts nothing.
    const stored = file.why ? below : file.parts;
    if (width < TILE_WIDTH) {
      this.#edges.push({ level, index, below, stored });
      return;
    }
    const odd = differing(below, stored);
    let up = rootOf(below, this.sha256);
    if (odd.length > 0) {
      const above = await this.#hashAbove(level, index);
      const ours = rootOf(stored, this.sha256);
      if (above && sameHash(ours, above)) {
        yield* this.#blameBelow(level, index, odd);
        up = above;
      } else if (above && sameHash(up, above)) {
        yield* this.#blameTile(level, index, odd);
      } else {
        yield* this.#blameBoth(level, index, odd);
        up = above ?? ours;
      }
    }
    const next = (this.#rows[level + 1] ??= []);
    next.push(up);
    if (next.length === TILE_WIDTH) yield* this.#close(level + 1, Math.floor(index / TILE_WIDTH));
  }

  /** Judges the rows at the right edge by the root: some choice between tiles and what is below them leads to it. */
  *#edge(): Generator<LogFinding> {
    const { size, root } = this.checkpoint;
    if (size === 0) {
      if (!this.suspect && !sameHash(root, rootOf([], this.sha256))) yield this.#rewritten();
      return;
    }
    const edges = [...this.#edges].sort((one, other) => other.level - one.level);
    const doubtful = edges.filter(({ below, stored }) => differing(below, stored).length > 0);
    for (let choice = 0; choice < 2 ** doubtful.length; choice++) {
      const trusted = (edge: Edge): boolean => ((choice >> doubtful.indexOf(edge)) & 1) === 1;
      const rows = edges.map((edge) =>
        doubtful.includes(edge) && trusted(edge) ? edge.stored : edge.below,
      );
      if (!sameHash(this.#rootOver(rows), root)) continue;
      for (const edge of doubtful) {
        const odd = differing(edge.below, edge.stored);
        if (trusted(edge)) yield* this.#blameBelow(edge.level, edge.index, odd);
        else yield* this.#blameTile(edge.level, edge.index, odd);
      }
      return;
    }
    for (const { level, index, below, stored } of doubtful) {
      yield* this.#blameBoth(level, index, differing(below, stored));
    }
    if (doubtful.length === 0 && !this.suspect) yield this.#rewritten();
  }

  #rewritten(): LogFinding {
    const why =
      'It signs another tree than that of the files: they agree among themselves, so they were rewritten together.';
    return finding(CHECKPOINT_PATH, why);
  }

  /** Rows from the highest level down: the digits of the size to the base of 256. */
  #rootOver(rows: readonly (readonly Hash[])[]): Hash {
    const parts = rows.flatMap((row) =>
      perfectParts(0, row.length).map(({ level, index }) => {
        const under = new CompactRange(this.sha256);
        for (const hash of row.slice(index * 2 ** level, (index + 1) * 2 ** level))
          under.push(hash);
        return under.root();
      }),
    );
    return foldRight(parts, this.sha256);
  }

  async #hashAbove(level: number, index: number): Promise<Hash | null> {
    const above = Math.floor(index / TILE_WIDTH);
    const row = Math.floor(this.checkpoint.size / TILE_WIDTH ** (level + 1));
    const width = Math.min(TILE_WIDTH, row - above * TILE_WIDTH);
    const { parts, why } = await this.#stored({ level: level + 1, index: above, width });
    return why ? null : (parts[index - above * TILE_WIDTH] ?? null);
  }

  async #stored(tile: TileAt & { level: number }): Promise<TileFile<Hash>> {
    const path = tilePath(tile);
    const known = this.#above[tile.level];
    if (known?.path === path) return known.hashes;
    const hashes = await readTileFile(this.files, tile);
    this.#above[tile.level] = { path, hashes };
    return hashes;
  }

  #filled(hashes: readonly Hash[], width: number): Hash[] {
    return Array.from({ length: width }, (_, at) => hashes[at] ?? new Uint8Array(HASH_BYTES));
  }

  #firstUnder(level: number, index: number, at: number): number {
    return (index * TILE_WIDTH + at) * TILE_WIDTH ** level;
  }

  #pathOf(level: TileAt['level'], index: number): string {
    const row = Math.floor(this.checkpoint.size / TILE_WIDTH ** (level === 'entries' ? 0 : level));
    return tilePath({ level, index, width: Math.min(TILE_WIDTH, row - index * TILE_WIDTH) });
  }

  *#blameBelow(level: number, index: number, odd: readonly number[]): Generator<LogFinding> {
    const tile = this.#pathOf(level, index);
    for (const at of odd) {
      const first = this.#firstUnder(level, index, at);
      yield level === 0
        ? finding(
            this.#pathOf('entries', index),
            `The entry has not the hash that is in ${tile}.`,
            first,
          )
        : finding(
            this.#pathOf(level - 1, index * TILE_WIDTH + at),
            `It agrees with all that is below it, and does not lead to ${tile}: they were rewritten together.`,
            first,
          );
    }
  }

  *#blameTile(level: number, index: number, odd: readonly number[]): Generator<LogFinding> {
    const below = level === 0 ? 'its entry' : 'the tile below it';
    for (const at of odd) {
      const why = `Its hash ${at} is not that of ${below}, and does not lead to the root.`;
      yield finding(this.#pathOf(level, index), why, this.#firstUnder(level, index, at));
    }
  }

  *#blameBoth(level: number, index: number, odd: readonly number[]): Generator<LogFinding> {
    for (const at of odd) {
      const why = `Its hash ${at} is not that of what is below it, and neither of them leads to the root.`;
      yield finding(this.#pathOf(level, index), why, this.#firstUnder(level, index, at));
    }
  }
}

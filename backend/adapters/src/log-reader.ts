// The log, read by whoever does not write it: its last checkpoint, proven to be its own, and the nodes of its trees.
import { parseCheckpoint, type Checkpoint } from '@verity/domain/audit/checkpoint';
import { CHECKPOINT_PATH, nodeReader, type LogFiles, type LogKeys } from '@verity/domain/audit/log';
import { HASH_BYTES } from '@verity/domain/audit/merkle';
import type { ReadNodes } from '@verity/domain/audit/prove';
import { parseNote, signatureBy } from '@verity/domain/audit/signed-note';
import {
  parseTilePath,
  readBundle,
  tilePath,
  TILE_WIDTH,
  writeBundle,
} from '@verity/domain/audit/tiles';
import { Fault } from '@verity/protocol/faults';
import { logFiles } from './log-files';

export interface ReadCheckpoint extends Checkpoint {
  /** The signed note. */
  readonly note: string;
}

export interface LogReader {
  /** What the log says of itself now; null before its first entry. Throws `internal` when it is not signed by the log. */
  checkpoint(): Promise<ReadCheckpoint | null>;
  /** Nodes of the tree of the first `size` entries. They throw `internal` when a tile is missing or cut. */
  reader(size: number): ReadNodes;
  /** The entries [begin, end) of a tree of `size`. Throws `internal` when a bundle is missing or cut. */
  entries(begin: number, end: number, size: number): AsyncGenerator<Uint8Array>;
}

/** Of the log's keys only what is public. */
export type PublicLogKeys = Omit<LogKeys, 'sign'>;

export function logReader(directory: string, { key, verify, sha256 }: PublicLogKeys): LogReader {
  const files = wideningFiles(logFiles(directory));
  return {
    async checkpoint() {
      const bytes = await files.read(CHECKPOINT_PATH);
      if (!bytes) return null;
      const text = new TextDecoder().decode(bytes);
      const note = parseNote(text);
      const said = note && parseCheckpoint(note.text);
      if (!said || said.origin !== key.name) throw broken('Its checkpoint is none of this log.');
      if (!(await signatureBy(note, key, verify, sha256))) {
        throw broken('Its checkpoint is not signed by the key of this log.');
      }
      return { ...said, note: text };
    },

    reader: (size) => nodeReader(files, size, sha256),

    async *entries(begin, end, size) {
      const last = Math.min(end, size);
      for (let index = Math.floor(begin / TILE_WIDTH); index * TILE_WIDTH < last; index++) {
        const first = index * TILE_WIDTH;
        const width = Math.min(TILE_WIDTH, size - first);
        const path = tilePath({ level: 'entries', index, width });
        const bytes = await files.read(path);
        const bundle = bytes && readBundle(bytes, width);
        if (!bundle) throw broken(`Its file ${path} is missing or cut.`);
        yield* bundle.slice(Math.max(0, begin - first), last - first);
      }
    },
  };
}

/** A partial tile goes when its full one is there: the beginning of that is the same. */
function wideningFiles(files: LogFiles): Pick<LogFiles, 'read'> {
  return {
    async read(path) {
      const found = await files.read(path);
      const tile = found === null ? parseTilePath(path) : null;
      if (!tile || tile.width === TILE_WIDTH) return found;
      const full = await files.read(tilePath({ ...tile, width: TILE_WIDTH }));
      if (!full) return null;
      if (tile.level !== 'entries') return full.subarray(0, tile.width * HASH_BYTES);
      const bundle = readBundle(full, TILE_WIDTH);
      return bundle && writeBundle(bundle.slice(0, tile.width));
    },
  };
}

const broken = (what: string): Fault =>
  new Fault('internal', `The audit log cannot be trusted. ${what}`, {
    fix: 'Keep the directory as it is for whoever investigates, and restore a backup beside it.',
  });

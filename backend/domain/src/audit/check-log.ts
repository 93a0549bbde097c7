// A receipt against the log itself: the entry in the tiles, and the tree of the receipt as the beginning of the newest one.
import { readCheckpoint, type AuditTools } from './audit-log';
import type { Checkpoint } from './checkpoint';
import { leafBytes } from './leaf';
import { CHECKPOINT_PATH, nodeReader, type LogFiles } from './log';
import { checkConsistency, leafHash, sameHash, type Hash } from './merkle';
import { proveConsistency } from './prove';
import { readTileFile } from './read-tile';
import type { Receipt } from './receipt';
import { fails, holds, unanswered, type Finding } from './report';
import type { VerifierKey } from './signed-note';
import { TILE_WIDTH, tilePath, type TileAt } from './tiles';

/** The newest checkpoint of a log; a finding that fails when there is none to rely on. */
export async function newestCheckpoint(
  files: Pick<LogFiles, 'read'>,
  key: VerifierKey,
  tools: AuditTools,
): Promise<Checkpoint | Finding> {
  const bytes = await files.read(CHECKPOINT_PATH);
  if (!bytes) return fails('The log has no checkpoint.', CHECKPOINT_PATH);
  const { checkpoint, why } = await readCheckpoint(bytes, key, tools);
  return checkpoint && !why ? checkpoint : fails(why ?? 'It is no checkpoint.', CHECKPOINT_PATH);
}

/** Whether the record of a receipt is in the log, and the log still begins with the tree of the receipt. */
export async function checkInLog(
  { leaf, inclusion }: Receipt,
  root: Hash,
  newest: Checkpoint,
  files: Pick<LogFiles, 'read'>,
  { sha256 }: AuditTools,
): Promise<Finding> {
  const { index, size } = inclusion;
  if (newest.size < size) {
    const why = `The log has ${newest.size} entries by now, and had ${size}: it was rolled back.`;
    return fails(why, CHECKPOINT_PATH);
  }
  const bundle = Math.floor(index / TILE_WIDTH);
  const width = Math.min(TILE_WIDTH, newest.size - bundle * TILE_WIDTH);
  const tile: TileAt = { level: 'entries', index: bundle, width };
  const { parts, path } = await readTileFile(files, tile);
  const entry = parts[index - bundle * TILE_WIDTH];
  if (!entry) return fails(`Entry ${index} cannot be read.`, path);
  const ours = leafHash(leafBytes(leaf), sha256);
  if (!sameHash(leafHash(entry, sha256), ours)) {
    return fails(`Entry ${index} of the log is another one than the leaf.`, path);
  }
  const hashes = await readTileFile(files, { ...tile, level: 0 });
  const hash = hashes.parts[index - bundle * TILE_WIDTH];
  if (!hash || !sameHash(hash, ours)) {
    return fails(`The tile holds another hash for entry ${index}.`, hashes.path);
  }
  return checkGrowth({ size, root }, newest, files, { sha256 });
}

/** Whether the newest tree of a log begins with an earlier one, by the tiles of the log. */
export async function checkGrowth(
  earlier: { readonly size: number; readonly root: Hash },
  newest: { readonly size: number; readonly root: Hash },
  files: Pick<LogFiles, 'read'>,
  { sha256 }: Pick<AuditTools, 'sha256'>,
): Promise<Finding> {
  const { size: from } = earlier;
  const { size: to } = newest;
  let proof;
  try {
    proof = await proveConsistency(from, to, nodeReader(files, to, sha256), sha256);
  } catch (error) {
    return unanswered(error instanceof Error ? error.message : String(error), tilePath(edgeOf(to)));
  }
  const verdict = checkConsistency(proof, earlier.root, newest.root, sha256);
  return verdict.holds
    ? holds(`The log of ${to} entries begins with the tree of ${from}.`)
    : fails(
        `The log of ${to} entries does not begin with the tree of ${from}: ${verdict.why}`,
        CHECKPOINT_PATH,
      );
}

function edgeOf(size: number): TileAt {
  const index = Math.floor(Math.max(0, size - 1) / TILE_WIDTH);
  return { level: 0, index, width: Math.max(1, size - index * TILE_WIDTH) };
}

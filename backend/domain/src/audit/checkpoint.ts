// Checkpoints (C2SP tlog-checkpoint): what a log says of itself, its name, its size and its root, in three lines.
import { fromBase64, toBase64 } from './base64';
import { HASH_BYTES, LARGEST_SIZE, type Hash } from './merkle';

export interface Checkpoint {
  /** The name of the log, unique among logs: a URL without scheme. */
  readonly origin: string;
  /** Leaves of the tree. */
  readonly size: number;
  readonly root: Hash;
}

/** The text that is signed. */
export const writeCheckpoint = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${toBase64(root)}\n`;

/** The checkpoint in a text; null for any that `writeCheckpoint` does not write, extension lines too. */
export function parseCheckpoint(text: string): Checkpoint | null {
  const [origin = '', digits = '', encoded = ''] = text.split('\n');
  const size = Number(digits);
  const root = fromBase64(encoded);
  if (origin === '' || !/^\d{1,16}$/.test(digits) || size > LARGEST_SIZE) return null;
  if (root?.length !== HASH_BYTES) return null;
  const checkpoint: Checkpoint = { origin, size, root };
  return writeCheckpoint(checkpoint) === text ? checkpoint : null;
}

// What of the log's directory is public: the checkpoint and the tiles, by their C2SP names and by no other.
import { CHECKPOINT_PATH } from '@verity/domain/audit/log';
import { parseTilePath } from '@verity/domain/audit/tiles';
import { logFiles } from './log-files';

export interface PublicFile {
  readonly bytes: Uint8Array;
  /** Its bytes are the same for ever: all but the checkpoint. */
  readonly forever: boolean;
}

/** Reads public files; null for every name that is none, and for what is not there. */
export function publicLog(directory: string): (path: string) => Promise<PublicFile | null> {
  const files = logFiles(directory);
  return async (path) => {
    const forever = path !== CHECKPOINT_PATH;
    if (forever && !parseTilePath(path)) return null;
    const bytes = await files.read(path);
    return bytes && { bytes, forever };
  };
}

// The audit log as files under /log/: anybody may read them, from anywhere, and nobody learns of people from them.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Router, type RequestHandler } from 'express';
import { parseTilePath, TILE_WIDTH } from '@verity/domain/audit/tiles';
import { Fault } from '@verity/protocol/faults';

/** Full tiles never change, and partial ones never change either: only the checkpoint does. */
const FOREVER = 'public, max-age=31536000, immutable';

/** Serves the checkpoint and the tiles of a directory, by their C2SP names and by no other. */
export function publicLog(directory: string): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const send: RequestHandler = async (req, res) => {
    const path = decodeURIComponent(req.path.slice(1));
    const tile = parseTilePath(path);
    if (path !== 'checkpoint' && !tile) throw nothing();
    const bytes = await readFile(join(directory, path)).catch((error: unknown) => {
      if (isMissing(error)) return null;
      throw error;
    });
    if (!bytes) throw tile && tile.width < TILE_WIDTH ? widened() : nothing();
    res
      .setHeader('Access-Control-Allow-Origin', '*')
      .setHeader('Cross-Origin-Resource-Policy', 'cross-origin')
      .setHeader('Cache-Control', tile ? FOREVER : 'no-cache')
      .type(tile ? 'application/octet-stream' : 'text/plain; charset=utf-8')
      .send(bytes);
  };
  router.get('/{*path}', send);
  return router;
}

const nothing = (): Fault =>
  new Fault('not-found', 'The log has no such file.', {
    fix: 'Ask for /log/checkpoint, and for tiles by their C2SP tlog-tiles names.',
  });

const widened = (): Fault =>
  new Fault('not-found', 'This partial tile has gone: its full one may be there.', {
    fix: 'Ask for the tile without .p and its width, and take its beginning.',
  });

const isMissing = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'ENOENT' || error.code === 'ENOTDIR');

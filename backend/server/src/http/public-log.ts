// The audit log as files under /log/: anybody may read them, from anywhere, and nobody learns of people from them.
import { Router, type RequestHandler } from 'express';
import { Fault } from '@verity/protocol/faults';

/** Null for a name that is none of the log's. */
export type ReadPublicFile = (
  path: string,
) => Promise<{ readonly bytes: Uint8Array; readonly forever: boolean } | null>;

export function publicLog(read: ReadPublicFile): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const send: RequestHandler = async (req, res) => {
    const file = await read(req.path.slice(1));
    if (!file) {
      throw new Fault('not-found', 'The log has no such file.', {
        fix: 'Ask for /log/checkpoint, and for tiles by their C2SP tlog-tiles names. A partial tile goes when its full one is there.',
      });
    }
    const { bytes, forever } = file;
    res
      .setHeader('Access-Control-Allow-Origin', '*')
      .setHeader('Cross-Origin-Resource-Policy', 'cross-origin')
      .setHeader('Cache-Control', forever ? 'public, max-age=31536000, immutable' : 'no-cache')
      .type(forever ? 'application/octet-stream' : 'text/plain; charset=utf-8')
      .send(Buffer.from(bytes));
  };
  router.get('/{*path}', send);
  return router;
}

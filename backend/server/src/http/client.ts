// The built client: hashed files for a year, index.html for its own addresses with a fresh nonce and a strict policy.
import { createHash, randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import express, { Router, type RequestHandler, type Response } from 'express';
import { contentSecurityPolicy } from './security-headers';

/** What esbuild and Angular put before the extension of a file that never changes: a hash of eight. */
const HASHED = /[-.][A-Z0-9]{8}\.[a-z0-9]+$/;
const YEAR_SECONDS = 31_536_000;

/** The text of a file and its hash, read again when the file is another one. */
function watchedFile(path: string) {
  let kept: { modified: number; text: string; etag: string } | undefined;
  return async () => {
    const { mtimeMs } = await stat(path);
    if (kept?.modified !== mtimeMs) {
      const text = await readFile(path, 'utf8');
      const hash = createHash('sha256').update(text).digest('base64url').slice(0, 27);
      kept = { modified: mtimeMs, text, etag: `"${hash}"` };
    }
    return kept;
  };
}

export function sendPage(
  res: Response,
  html: (nonce: string) => string,
  connect: readonly string[] = [],
): void {
  const nonce = randomBytes(18).toString('base64url');
  res
    .setHeader('Content-Security-Policy', contentSecurityPolicy(nonce, connect))
    .setHeader('Cache-Control', 'no-store')
    .type('html')
    .send(html(nonce));
}

/**
 * Serves the folder of the built client. Addresses without an extension are the client's own. `connect`: origins
 * beside ours that its pages may ask.
 */
export function client(dir: string, connect: readonly string[] = []): Router {
  const router = Router();
  const index = watchedFile(join(dir, 'index.html'));
  const page: RequestHandler = async (_req, res) => {
    const { text } = await index();
    sendPage(res, (nonce) => text.replaceAll('CSP_NONCE', nonce), connect);
  };
  router.get('/index.html', page);
  router.use(
    express.static(dir, {
      index: false,
      redirect: false,
      dotfiles: 'ignore',
      etag: true,
      setHeaders: (res, path) => {
        const cache = HASHED.test(path)
          ? `public, max-age=${YEAR_SECONDS}, immutable`
          : 'public, max-age=0, must-revalidate';
        res.setHeader('Cache-Control', cache);
      },
    }),
  );
  router.get('/{*path}', (req, res, next) => {
    const navigates = req.accepts(['json', 'html']) === 'html' || req.path === '/';
    if (navigates && !/\.[a-z0-9]+$/i.test(req.path)) return page(req, res, next);
    next();
  });
  return router;
}

/** A module for pages of any origin: the collector, the verifier. */
export function publicModule(file: string): RequestHandler {
  const source = watchedFile(file);
  return async (req, res) => {
    const { text, etag } = await source();
    res
      .setHeader('Access-Control-Allow-Origin', '*')
      .setHeader('Cross-Origin-Resource-Policy', 'cross-origin')
      .setHeader('Cache-Control', 'public, max-age=300')
      .setHeader('ETag', etag)
      .type('text/javascript');
    if (req.fresh) res.status(304).end();
    else res.send(text);
  };
}

/** A page to keep: it works from a disk, and is never shown as one of ours. */
export function download(file: string): RequestHandler {
  const source = watchedFile(file);
  return async (req, res) => {
    const { text, etag } = await source();
    res
      .attachment(basename(file))
      .setHeader('Cache-Control', 'public, max-age=300')
      .setHeader('ETag', etag)
      .type('text/html');
    if (req.fresh) res.status(304).end();
    else res.send(text);
  };
}

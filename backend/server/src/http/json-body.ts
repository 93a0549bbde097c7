// Reads a JSON body within bounds, and refuses keys that could reach into prototypes or into a query language.
import express, { type RequestHandler } from 'express';
import { Fault } from '@verity/protocol/faults';

export const BODY_LIMIT_BYTES = 256 * 1024;
const DEEPEST = 32;
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

const read = express.json({
  limit: BODY_LIMIT_BYTES,
  inflate: false,
  strict: false,
  type: () => true,
});

/** Throws `invalid-input` for a key that no input of ours has, at any depth, and for what is nested too deep. */
export function refuseForbiddenKeys(value: unknown, depth = 0): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > DEEPEST) {
    throw new Fault('invalid-input', `The input is nested deeper than ${DEEPEST} levels.`);
  }
  if (Array.isArray(value)) {
    for (const item of value) refuseForbiddenKeys(item, depth + 1);
    return;
  }
  for (const [key, item] of Object.entries(value)) {
    if (FORBIDDEN.has(key) || key.startsWith('$')) {
      throw new Fault('invalid-input', 'The input has a key that is never taken.', {
        issues: [
          { path: '', message: 'must not have __proto__, constructor or keys that begin with $' },
        ],
        fix: 'Send what the API description says for this door.',
      });
    }
    refuseForbiddenKeys(item, depth + 1);
  }
}

/** Middleware: `req.body` becomes the parsed JSON, or undefined when there is no body. */
export const jsonBody: RequestHandler = (req, res, next) => {
  const length = req.headers['content-length'];
  const hasBody = req.headers['transfer-encoding'] !== undefined || Number(length ?? 0) > 0;
  if (!hasBody) {
    req.body = undefined;
    next();
    return;
  }
  if (!req.is('application/json')) {
    next(
      new Fault('unsupported-type', 'The body must be JSON.', {
        fix: 'Send it with Content-Type: application/json.',
      }),
    );
    return;
  }
  read(req, res, (error?: unknown) => {
    if (error) return next(error);
    try {
      refuseForbiddenKeys(req.body);
    } catch (fault) {
      return next(fault);
    }
    next();
  });
};

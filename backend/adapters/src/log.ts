// Structured logs: JSON lines, facts first, then a constant sentence. Secrets and payloads never go in.
import { pino, type Logger } from 'pino';

export type Log = Logger;

/** Paths that are cut out wherever a caller forgets. */
const REDACT = [
  'password',
  'token',
  'secret',
  'code',
  'cookie',
  'authorization',
  '*.password',
  '*.token',
  '*.secret',
  '*.authorization',
  '*.cookie',
];

export function createLog(options: { level: string; name: string }): Log {
  return pino({
    name: options.name,
    level: options.level,
    redact: { paths: REDACT, censor: '[cut]' },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
}

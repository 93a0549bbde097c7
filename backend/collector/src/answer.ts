// Reads the server's acknowledgement of a batch as what becomes of the batch.
import type { FaultCode } from '@verity/protocol/faults';
import type { Answer } from './queue';
import { isRecord } from './socket-io-codec';

/** Faults that pass: the batch is kept and sent again. */
const PASSING: ReadonlySet<unknown> = new Set<FaultCode>([
  'too-fast',
  'back-pressure',
  'unavailable',
  'internal',
  'token-expired',
  'not-signed-in',
]);

/** `undefined` stands for an acknowledgement that never came: the server may have the batch or not. */
export function readAnswer(ack: unknown): Answer {
  if (!isRecord(ack)) return { outcome: 'retry', detail: 'no acknowledgement' };
  if (ack.ok === true) return 'accepted';
  const problem = isRecord(ack.problem) ? ack.problem : {};
  const detail = typeof problem.detail === 'string' ? problem.detail : 'refused without a reason';
  if (problem.code === 'duplicate') return 'duplicate';
  if (!PASSING.has(problem.code)) return { outcome: 'refused', detail };
  const seconds = problem.retry_after;
  return typeof seconds === 'number' && seconds > 0
    ? { outcome: 'retry', detail, retryAfterMs: Math.min(seconds, 60) * 1000 }
    : { outcome: 'retry', detail };
}

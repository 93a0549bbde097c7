// Reads the server's acknowledgement of a batch as what becomes of the batch.
import type { FaultCode } from '@verity/protocol/faults';
import type { Answer } from './queue';
import { isRecord } from './socket-io-codec';

/** Faults that a fresh token mends. */
const TOKEN_FAULTS: readonly FaultCode[] = ['token-expired', 'not-signed-in'];

/** Faults that pass: the batch is kept and sent again. */
const PASSING: ReadonlySet<unknown> = new Set<FaultCode>([
  'too-fast',
  'back-pressure',
  'unavailable',
  'internal',
  ...TOKEN_FAULTS,
]);

/** Whether the connection must be opened anew, with a fresh token, before the batch can pass. */
export const needsToken = (ack: unknown): boolean =>
  isRecord(ack) &&
  isRecord(ack.problem) &&
  (TOKEN_FAULTS as readonly unknown[]).includes(ack.problem.code);

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

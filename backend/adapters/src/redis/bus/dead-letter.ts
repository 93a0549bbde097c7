// What is kept of a message that no handler could take: the message whole, the reason, and nothing secret.
import { basename } from 'node:path';
import { Fault } from '@verity/protocol/faults';
import type { DeadLetterMessage } from '@verity/protocol/bus/messages';

export type DeadLetterReason =
  /** It does not parse: no handler has seen it. */
  | 'unreadable'
  /** Its handler threw, every time. */
  | 'handler-failed'
  /** Its reader died or was stopped, every time. */
  | 'reader-died';

export function deadLetter(facts: {
  stream: string;
  original: unknown;
  failedAt: Date;
  reason: DeadLetterReason;
  error: unknown;
  group: string;
  attempts: number;
}): DeadLetterMessage {
  return {
    original_stream: facts.stream,
    original_message: facts.original,
    failed_at: facts.failedAt.toISOString(),
    reason: facts.reason,
    error: describeError(facts.error),
    group: facts.group,
    attempts: facts.attempts,
  };
}

/**
 * An error in words that carry no payload: faults say theirs; of anything else only its kind and the place where it
 * was thrown, since texts of foreign errors quote what they choke on.
 */
export function describeError(error: unknown): string {
  if (error instanceof Fault) return `${error.code}: ${error.message}`;
  if (!(error instanceof Error)) return 'something that is not an error was thrown';
  const frame = /^\s+at (?:(.+?) \()?(?:file:\/\/)?([^()]+?):(\d+):\d+\)?$/m.exec(
    error.stack ?? '',
  );
  const place = frame ? ` at ${frame[1] ?? 'top level'} (${basename(frame[2]!)}:${frame[3]})` : '';
  return `${error.name}${place}`;
}

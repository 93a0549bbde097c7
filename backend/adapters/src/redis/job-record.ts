// How the state of a job lies in Redis: words in a row, so that a script reads and writes hundreds with one command.
//
// state, attempt, worker, end of the lease, started, ended, due, asked to stop (0 or 1), and, for a job that has a result
// or an error, both in JSON. Times are milliseconds since 1970, 0 for none; a worker that is none is `-`.
import type { JobId } from '@verity/protocol/ids';
import {
  JobError,
  Progress,
  type Job,
  type JobOrder,
  type JobState,
  type QueueName,
} from '@verity/protocol/jobs/schemas';

/** Larger orders are kept by the broker alone: Redis shows such a job without its payload. */
const LARGEST_KEPT_ORDER = 8_192;

/** With which jobs it shares its hashes: those whose UUIDv7 begins within the same 256 ms. */
export const bucketOf = (id: JobId): string => id.slice(0, 8) + id.slice(9, 11);

/** The order as it is kept, `json` being itself in JSON. */
export function packOrder(queue: QueueName, json: string): string {
  if (json.length <= LARGEST_KEPT_ORDER) return `${queue} ${json}`;
  return `${queue} ${JSON.stringify({ ...(JSON.parse(json) as JobOrder), payload: null })}`;
}

export function unpackOrder(packed: string): { queue: QueueName; order: JobOrder } {
  const space = packed.indexOf(' ');
  return {
    queue: packed.slice(0, space) as QueueName,
    order: JSON.parse(packed.slice(space + 1)) as JobOrder,
  };
}

/** What a settlement adds at the end; `result` is in JSON. */
export function packTail(result: string | null, error: JobError | null): string {
  if (result === null && error === null) return '';
  return ` {"result":${result ?? 'null'},"error":${JSON.stringify(error)}}`;
}

const PACKED = /^(\w+) (\d+) (\S+) \d+ (\d+) (\d+) (\d+) \d(?: (.*))?$/s;

interface Packed {
  /** Null when it is not known any more. */
  state: string | null | undefined;
  order: string | null | undefined;
  progress: string | null | undefined;
}

export function unpackJob({ state: packed, order: kept, progress }: Packed): Job | null {
  const found = PACKED.exec(packed ?? '');
  if (!found || !kept) return null;
  const [, state, attempt, worker, started, ended, due, tail] = found as unknown as string[];
  const { queue, order } = unpackOrder(kept);
  const instant = (ms: string | undefined): string | null =>
    Number(ms) > 0 ? new Date(Number(ms)).toISOString() : null;
  const over = state === 'succeeded' || state === 'failed' || state === 'cancelled';
  const durable = started !== '0' && ended !== '0';
  const { result = null, error = null } = tail
    ? (JSON.parse(tail) as { result: unknown; error: unknown })
    : {};
  return {
    ...order,
    attempt: Number(attempt),
    queue,
    state: state as JobState,
    worker: worker === '-' ? null : (worker ?? null),
    started_at: instant(started),
    ended_at: over ? instant(ended) : null,
    due_at: instant(due),
    duration_ms: durable ? Math.max(0, Number(ended) - Number(started)) : null,
    progress: progress ? Progress.parse(JSON.parse(progress)) : null,
    result,
    error: error === null ? null : JobError.parse(error),
    retried_as: null,
  };
}

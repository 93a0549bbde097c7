// The history of jobs as a file: JSON lines for programs, CSV for spreadsheets; sent in pieces, however long it is.
import type { Job } from '@verity/protocol/jobs/schemas';
import { csv, type CsvRow } from './csv';

type Pieces = AsyncIterable<readonly Job[]>;

/** One job in each line. */
export async function* jobLines(pieces: Pieces): AsyncGenerator<string, void, undefined> {
  for await (const jobs of pieces) yield jobs.map((job) => `${JSON.stringify(job)}\n`).join('');
}

const HEADER: CsvRow = [
  'id',
  'task',
  'queue',
  'state',
  'attempt',
  'origin',
  'by',
  'enqueued_at',
  'started_at',
  'ended_at',
  'duration_ms',
  'worker',
  'error',
  'fix',
  'payload',
  'result',
  'retried_as',
];

export async function* jobTable(pieces: Pieces): AsyncGenerator<string, void, undefined> {
  yield csv([HEADER]);
  for await (const jobs of pieces) yield csv(jobs.map(rowOf));
}

const rowOf = (job: Job): CsvRow => [
  job.id,
  job.task,
  job.queue,
  job.state,
  job.attempt,
  job.origin,
  job.by,
  job.enqueued_at,
  job.started_at,
  job.ended_at,
  job.duration_ms,
  job.worker,
  job.error?.message ?? null,
  job.error?.fix ?? null,
  JSON.stringify(job.payload),
  job.result === null ? null : JSON.stringify(job.result),
  job.retried_as,
];

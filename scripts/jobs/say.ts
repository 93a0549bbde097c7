// How the console of jobs speaks on a terminal: rows as a table, sentences, or JSON for machines.
import type { Job } from '@verity/protocol/jobs/schemas';

type Row = Record<string, string | number | null>;
/** What a command answers: for people as a table or a sentence, for machines as it is. */
export interface Said {
  rows?: Row[];
  sentence?: string;
  data: unknown;
}

export const lineOf = ({ id, task, attempt }: Job): string => `${id} ${task} (run ${attempt})`;

export function jobRows(page: { items: Job[]; total: number; searched?: number | null }): Said {
  const { items, total, searched } = page;
  return {
    data: page,
    rows: items.map((job) => ({
      id: job.id,
      task: job.task,
      state: job.state,
      runs: job.attempt,
      at: job.due_at ?? job.ended_at ?? job.started_at ?? job.enqueued_at,
      ms: job.duration_ms,
      worker: job.worker,
      says:
        job.error?.message ?? (job.result === null ? '' : JSON.stringify(job.result).slice(0, 80)),
    })),
    sentence: [
      ...(items.length < total ? [`${items.length} of ${total}`] : []),
      ...(searched ? [`looked at the first ${searched} only`] : []),
    ].join('; '),
  };
}

export function say({ rows, sentence }: Said): void {
  const [first] = rows ?? [];
  if (rows && first) {
    const columns = Object.keys(first);
    const cells = [columns, ...rows.map((row) => columns.map((name) => String(row[name] ?? '')))];
    const widths = columns.map((_, at) => Math.max(...cells.map((row) => (row[at] ?? '').length)));
    for (const row of cells) {
      console.log(
        row
          .map((cell, at) => cell.padEnd(widths[at] ?? 0))
          .join('  ')
          .trimEnd(),
      );
    }
  } else if (rows) console.log('none');
  if (sentence) console.log(sentence);
}

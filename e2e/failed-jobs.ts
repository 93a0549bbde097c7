// Jobs that have failed for good, which no healthy platform makes: put into the history as a worker records them.
import { MongoJobs } from '@verity/adapters/mongo/jobs';
import { connectMongo } from '@verity/adapters/mongo/connect';
import { newId } from '@verity/adapters/world';
import { endedJobOf } from '@verity/domain/jobs/ended-job';
import type { JobId } from '@verity/protocol/ids';
import type { Job } from '@verity/protocol/jobs/schemas';
import { runningUrls } from '../scripts/stack/bring-up';

/** Answers their ids. */
export async function recordFailedJobs(
  dataDir: string,
  { task, payload, count }: { task: string; payload: unknown; count: number },
): Promise<JobId[]> {
  const { MONGODB_URL: url } = runningUrls(dataDir);
  if (!url) throw new Error(`no platform runs on ${dataDir}`);
  const connection = await connectMongo(url, { appName: 'e2e', patience: 'request' });
  try {
    const jobs = Array.from({ length: count }, (_, index): Job => {
      const at = new Date(Date.now() - index * 60_000).toISOString();
      return {
        ...{ id: newId<JobId>(), task, payload, attempt: 4, origin: 'code', by: null },
        ...{ queue: 'default', state: 'failed', worker: 'e2e', scheduled_for: null },
        ...{ enqueued_at: at, started_at: at, ended_at: at, due_at: null, duration_ms: 10_012 },
        ...{ progress: null, result: null, retried_as: null },
        error: {
          why: 'error',
          message: 'No score of the session came within 10 s.',
          fix: 'See on the system page whether the pipeline runs and how far it is behind.',
        },
      };
    });
    await new MongoJobs(connection, 30).add(jobs.map(endedJobOf));
    return jobs.map(({ id }) => id);
  } finally {
    await connection.close();
  }
}

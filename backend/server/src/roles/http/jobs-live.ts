// Has each server process tell its sockets what changes in jobs, and one of them sample the depth of the queues.
import { SAMPLE_MS } from '@verity/domain/jobs/course';
import type { Desk } from '@verity/domain/jobs/desk';
import type { LocalRooms } from '../../socket/hub';
import { jobsWatch } from '../../sockets/jobs-watch';
import type { Ground } from '../ground';
import type { Jobs } from '../jobs';

/** Between two looks, and so between two events at least. */
const LOOK_MS = 500;

export function followJobs(
  { clock, log, shutdown }: Ground,
  { desk, jobs, here }: { desk: Desk; jobs: Jobs; here: LocalRooms },
): void {
  const { figures } = jobs;
  const look = jobsWatch({ desk, figures, here, clock });
  const sample = async (): Promise<void> => {
    if (await figures.isMyTurn()) await figures.addSample(await desk.sample());
  };
  const stops = [
    repeat(look, LOOK_MS, (err) => log.debug({ err }, 'jobs could not be looked at')),
    repeat(sample, SAMPLE_MS, (err) => log.debug({ err }, 'the depth of queues was not sampled')),
  ];
  shutdown.on('intake', 'live jobs', () => stops.forEach((stop) => stop()));
}

/** One at a time: a store that is away must not collect them. The next one comes by itself. */
function repeat(work: () => Promise<void>, everyMs: number, failed: (err: unknown) => void) {
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    void work()
      .catch(failed)
      .finally(() => (busy = false));
  }, everyMs);
  return () => clearInterval(timer);
}

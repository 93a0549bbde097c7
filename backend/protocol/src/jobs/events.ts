// Socket events of jobs.
import { z } from 'zod';
import { serverEvents } from '../event';
import { Instant } from '../ids';
import { JobsChanged, JobsPulse } from './console-schemas';

export const jobServerEvents = serverEvents({
  jobs_update: {
    about:
      'What is under way has changed: twice a second at most, with the state of the whole and the jobs that moved since the last one.',
    payload: JobsPulse.extend({ changed: z.array(JobsChanged), at: Instant }),
    rooms: ['jobs'],
    producer: 'each server process to its own sockets, while somebody follows',
  },
});

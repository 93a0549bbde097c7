// Looks back over all sessions for what no single one shows.
import { z } from 'zod';
import { runDetections } from '@verity/domain/detection/run-detections';
import { defineTask, RETRY_SOME } from '../define-task';

export default defineTask({
  name: 'run_threat_detections',
  queue: 'default',
  about:
    'Looks back over all sessions for slow guessing of passwords, trouble that shares an address, device or browser, and people with several alerts; raises alerts that nobody takes up.',
  payload: z.strictObject({
    hours: z.int().min(1).max(168).default(24).describe('Hours to look back'),
  }),
  retry: RETRY_SOME,
  timeoutSeconds: 600,
  schedule: { cron: '0 * * * *', missed: 'once', overlap: 'skip' },
  handler: ({ hours }, run, { threats }) => runDetections(hours, threats, run.signal),
});

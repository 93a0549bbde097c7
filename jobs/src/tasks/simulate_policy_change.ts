// Tries a policy on the recorded past, beside the version in force.
import { z } from 'zod';
import { Fault } from '@verity/protocol/faults';
import { PolicyRunId } from '@verity/protocol/ids';
import { askToTryVersion } from '@verity/domain/policy/ask-run';
import { summaryOf } from '@verity/domain/policy/run-summary';
import { runSimulation } from '@verity/domain/policy/simulate';
import { defineTask, RETRY_SOME } from '../define-task';

export default defineTask({
  name: 'simulate_policy_change',
  queue: 'policy_queue',
  about:
    'Judges recorded sessions again by a draft, beside the version in force, and lists whom it would hit.',
  payload: z.strictObject({
    run_id: PolicyRunId.optional().describe(
      'Run that was asked for on the page of policies; the rest does not count then',
    ),
    version: z
      .int()
      .min(1)
      .optional()
      .describe('Version of the policy to try; the one on trial when left out'),
    days: z.int().min(1).max(90).default(7).describe('Recorded days to look at'),
  }),
  retry: RETRY_SOME,
  timeoutSeconds: 3_600,
  runs: 'thread',
  async handler({ run_id, version, days }, run, { policy }) {
    const { author: by } = await policy.authorOf(run.by);
    const asking = { job: run.id, by, at: run.at };
    const id = run_id ?? (await askToTryVersion({ version, days }, asking, policy));
    await runSimulation({ id, job: run.id }, policy, run.signal, run.progress);
    const done = await policy.runs.byId(id);
    if (done) return summaryOf(done);
    throw new Fault('not-found', 'There is no such run; runs are kept for 30 days.', {
      fix: 'Ask for another one.',
    });
  },
});

// Searches the thresholds of the version in force for the least risk within a friction budget.
import { z } from 'zod';
import { Fault } from '@verity/protocol/faults';
import { PolicyRunId } from '@verity/protocol/ids';
import { askToSearch } from '@verity/domain/policy/ask-run';
import { isNewProposal } from '@verity/domain/policy/proposal-news';
import { runOptimisation } from '@verity/domain/policy/run-optimisation';
import { summaryOf } from '@verity/domain/policy/run-summary';
import { defineTask, RETRY_SOME } from '../define-task';

export default defineTask({
  name: 'optimize_policies',
  queue: 'policy_queue',
  about:
    'Searches thresholds for the least risk within the friction budget, and proposes them; applies them only if the setting says so.',
  payload: z.strictObject({
    run_id: PolicyRunId.optional().describe(
      'Run that was asked for on the page of policies; the rest does not count then',
    ),
    days: z
      .int()
      .min(1)
      .max(90)
      .optional()
      .describe('Recorded days to look at; those of the settings when left out'),
    friction_budget: z
      .number()
      .min(0)
      .max(10_000)
      .optional()
      .describe('Challenges for each 1,000 sessions, at most; that of the settings when left out'),
  }),
  retry: RETRY_SOME,
  timeoutSeconds: 7_200,
  schedule: { cron: '0 3 * * *', missed: 'once', overlap: 'skip' },
  runs: 'thread',
  async handler({ run_id, days, friction_budget: frictionBudget }, run, { policy }) {
    const { author: by } = await policy.authorOf(run.by);
    const asking = { job: run.id, by, at: run.at };
    const asked = run_id
      ? { id: run_id }
      : await askToSearch({ days, frictionBudget }, asking, policy);
    if (asked.id === null) return { run_id: null, why: asked.why };
    await runOptimisation({ id: asked.id, job: run.id }, policy, run.signal, run.progress);
    const done = await policy.runs.byId(asked.id);
    if (done) {
      // Who asked on the page of policies is shown it there.
      if (!run_id && (await isNewProposal(done, policy))) await policy.propose(done);
      return summaryOf(done);
    }
    throw new Fault('not-found', 'There is no such run; runs are kept for 30 days.', {
      fix: 'Ask for another one.',
    });
  },
});

// Scores one session now, for who cannot wait for the sweep.
import { z } from 'zod';
import { SessionId } from '@verity/protocol/ids';
import { defineTask, RETRY_SOME } from '../define-task';

export default defineTask({
  name: 'check_session_risk',
  queue: 'default',
  about: 'Scores one live session anew, and has the policy judge it.',
  payload: z.strictObject({ session_id: SessionId.describe('Id of the session') }),
  retry: RETRY_SOME,
  timeoutSeconds: 30,
  async handler({ session_id }, run, { monitoring }) {
    const score = await monitoring.check(session_id, run.signal);
    return score
      ? { live: true, risk_score: score.risk_score, band: score.band, at: score.at }
      : { live: false };
  },
});

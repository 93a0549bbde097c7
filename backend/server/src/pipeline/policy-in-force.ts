// The policy in force, in memory: read at the start, and again whenever it may have changed.
import type { Policies } from '@verity/domain/policy/ports';
import type { Policy } from '@verity/protocol/policy/schemas';
import type { Log } from './ports';

/** A new version is in force everywhere within so long. */
const RELOAD_MS = 1_000;

export interface PolicyInForce {
  current: () => Policy;
  stop: () => void;
}

export async function followPolicy(needs: {
  policies: Policies;
  log: Log;
}): Promise<PolicyInForce> {
  let policy = await needs.policies.current();
  let reading = false;
  const timer = setInterval(() => {
    if (reading) return;
    reading = true;
    needs.policies
      .current()
      .then(
        (newest) => {
          if (newest.version !== policy.version) {
            needs.log.info({ version: newest.version }, 'another policy is in force');
          }
          policy = newest;
        },
        // The one before stays in force: sessions are judged by it rather than by none.
        (err: unknown) => needs.log.warn({ err }, 'the policy could not be read again'),
      )
      .finally(() => {
        reading = false;
      });
  }, RELOAD_MS);
  return { current: () => policy, stop: () => clearInterval(timer) };
}

// The policy in force, and the version on trial beside it, in memory: read at the start and whenever they may have changed.
import type { Policies, StandingPolicy } from '@verity/domain/policy/ports';
import type { Policy } from '@verity/protocol/policy/schemas';
import type { Log } from './ports';

export type { StandingPolicy };

/** A new version is in force everywhere within so long. */
export const RELOAD_MS = 400;

export interface PolicyInForce {
  current: () => Policy;
  standing: () => StandingPolicy;
  /** Reads it now. */
  refresh: () => Promise<void>;
  stop: () => void;
}

export async function followPolicy(needs: {
  policies: Pick<Policies, 'standing'>;
  log: Log;
  /** Told when another version is in force or on trial in this process. */
  changed?: (standing: StandingPolicy) => void;
}): Promise<PolicyInForce> {
  let standing = await needs.policies.standing();
  let reading = false;

  const refresh = async (): Promise<void> => {
    const newest = await needs.policies.standing();
    const other =
      newest.current.version !== standing.current.version ||
      newest.trial?.version !== standing.trial?.version;
    standing = newest;
    if (!other) return;
    const { current, trial } = newest;
    needs.log.info(
      { version: current.version, trial: trial?.version ?? null },
      'another policy is in force',
    );
    needs.changed?.(newest);
  };

  const timer = setInterval(() => {
    if (reading) return;
    reading = true;
    refresh()
      // The one before stays in force: sessions are judged by it rather than by none.
      .catch((err: unknown) => needs.log.warn({ err }, 'the policy could not be read again'))
      .finally(() => {
        reading = false;
      });
  }, RELOAD_MS);
  return {
    current: () => standing.current,
    standing: () => standing,
    refresh,
    stop: () => clearInterval(timer),
  };
}

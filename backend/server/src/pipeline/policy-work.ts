// Runs the work on policies in this process, one process at a time; a job runner would call the same functions.
import { policyUpkeep, runNext, type PolicyWorkPorts } from '@verity/domain/policy/work';
import type { Leases, Log } from './ports';

const LOOK_EVERY_MS = 1_000;
const UPKEEP_EVERY_MS = 30_000;
const LEASE_MS = 30_000;
const LEASE = 'policy-work';

export interface PolicyWork {
  /** Stops where it can go on later. */
  stop(): Promise<void>;
}

export function startPolicyWork(needs: PolicyWorkPorts & { leases: Leases; log: Log }): PolicyWork {
  const stopping = new AbortController();
  const { signal } = stopping;
  let upkeepAt = 0;
  let busy: Promise<unknown> | undefined;

  const turn = async (): Promise<void> => {
    if (Date.now() >= upkeepAt) {
      upkeepAt = Date.now() + UPKEEP_EVERY_MS;
      await policyUpkeep(needs, signal);
    }
    while (!signal.aborted && (await runNext(needs, signal)));
  };

  const timer = setInterval(() => {
    busy ??= needs.leases
      .hold(LEASE, LEASE_MS, turn)
      .catch((err: unknown) => {
        if (!signal.aborted) needs.log.warn({ err }, 'work on policies failed; it is tried again');
      })
      .finally(() => (busy = undefined));
  }, LOOK_EVERY_MS);

  return {
    async stop() {
      clearInterval(timer);
      stopping.abort();
      await busy;
    },
  };
}

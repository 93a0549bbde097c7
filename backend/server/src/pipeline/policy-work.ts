// Runs the work on policies in this process, one process at a time; a job runner would call the same functions.
import { policyUpkeep, runNext, type PolicyWorkPorts } from '@verity/domain/policy/work';
import type { Leases, Log } from './ports';

const LEASE_MS = 30_000;
const EVERY_MS = { runs: 1_000, upkeep: 30_000 };

export interface PolicyWork {
  /** Stops where it can go on later. */
  stop(): Promise<void>;
}

export function startPolicyWork(needs: PolicyWorkPorts & { leases: Leases; log: Log }): PolicyWork {
  const stopping = new AbortController();
  const { signal } = stopping;

  /** A long run must not keep the watch over the version in force waiting: each has its own turn. */
  const repeat = (what: keyof typeof EVERY_MS, work: () => Promise<void>) => {
    let busy: Promise<unknown> | undefined;
    const timer = setInterval(() => {
      busy ??= needs.leases
        .hold(`policy-${what}`, LEASE_MS, work)
        .catch((err: unknown) => {
          if (signal.aborted) return;
          needs.log.warn({ what, err }, 'work on policies failed; it is tried again');
        })
        .finally(() => (busy = undefined));
    }, EVERY_MS[what]);
    return async () => {
      clearInterval(timer);
      await busy;
    };
  };

  const stops = [
    repeat('runs', async () => {
      while (!signal.aborted && (await runNext(needs, signal)));
    }),
    repeat('upkeep', () => policyUpkeep(needs, signal)),
  ];
  return {
    async stop() {
      stopping.abort();
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}

// Work that one process at a time does: held by a lease in Redis, which ends by itself when its holder dies.
import type { NewId } from '@verity/domain/kernel/ports';
import { Lease } from './bus/lease';
import type { RedisConnections } from './connect';

export interface Leases {
  /** Does the work when nobody else holds the name, and gives it up after. False when somebody else does. */
  hold(name: string, ttlMs: number, work: () => Promise<void>): Promise<boolean>;
}

export const createLeases = (
  { commands }: Pick<RedisConnections, 'commands'>,
  newId: NewId,
): Leases => ({
  async hold(name, ttlMs, work) {
    const lease = new Lease(commands, `lease:${name}`, newId(), ttlMs);
    const once = new AbortController();
    const taking = lease.take(once.signal);
    // Asked once: whoever comes too late comes again in its own time.
    once.abort();
    if (!(await taking)) return false;
    try {
      await work();
      return true;
    } finally {
      await lease.giveUp();
    }
  },
});

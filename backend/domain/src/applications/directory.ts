// The applications as every request looks them up: by id and by origin, from memory for at most two seconds.
import type { ApplicationId } from '@verity/protocol/ids';
import type { Clock } from '../kernel/ports';
import type { ApplicationRecord, Applications } from './ports';

/** A change in another process is seen after so long. */
const KEPT_MS = 2_000;
/** Look-ups that are remembered; what is not registered is asked for by anybody. */
const REMEMBERED = 5_000;

type Found = ApplicationRecord | null;

export type ApplicationDirectory = ReturnType<typeof applicationDirectory>;

export function applicationDirectory(ports: {
  applications: Pick<Applications, 'byId' | 'byOrigin'>;
  clock: Clock;
}) {
  const known = new Map<string, { at: number; found: Promise<Found> }>();

  const look = (key: string, ask: () => Promise<Found>): Promise<Found> => {
    const now = ports.clock().getTime();
    const kept = known.get(key);
    if (kept && Math.abs(now - kept.at) < KEPT_MS) return kept.found;
    if (known.size >= REMEMBERED) known.clear();
    const found = ask();
    known.set(key, { at: now, found });
    // A failure is not remembered: whoever comes next asks again.
    found.catch(() => known.delete(key));
    return found;
  };

  return {
    byId: (id: ApplicationId): Promise<Found> => look(id, () => ports.applications.byId(id)),
    byOrigin: (origin: string): Promise<Found> =>
      look(origin, () => ports.applications.byOrigin(origin)),
    /** Asks the store anew from here on: something was changed in this process. */
    forget: (): void => known.clear(),
  };
}

// Signs of life of sessions, gathered and written in batches: a request must not wait for a write.
import type { SessionId } from '@verity/protocol/ids';
import type { Clock } from '../kernel/ports';
import type { Sessions } from './ports';

export function activityNotes(sessions: Pick<Sessions, 'noteActivity'>, clock: Clock) {
  let seen = new Map<SessionId, Date>();
  return {
    note: (session: SessionId): void => void seen.set(session, clock()),
    /** Writes what was gathered; call it every few seconds and at the end. What fails is kept for the next time. */
    async flush(): Promise<void> {
      const writing = seen;
      seen = new Map();
      if (writing.size === 0) return;
      try {
        await sessions.noteActivity([...writing].map(([id, at]) => ({ id, at })));
      } catch (error) {
        seen = new Map([...writing, ...seen]);
        throw error;
      }
    },
  };
}

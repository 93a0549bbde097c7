// Tells the sockets of this process what changes in jobs, while somebody follows.
import { MINUTE_MS } from '@verity/domain/jobs/course';
import type { Desk } from '@verity/domain/jobs/desk';
import type { JobFigures } from '@verity/domain/jobs/ports';
import type { JobsChanged, JobsPulse } from '@verity/protocol/jobs/console-schemas';
import type { LocalRooms } from '../socket/hub';

const ROOM_JOBS = 'jobs';
/** Queues, the broker and workers are looked at every so many looks when no job has moved. */
const PULSE_EVERY = 4;

export interface LiveNeeds {
  desk: Pick<Desk, 'pulse'>;
  figures: JobFigures;
  here: LocalRooms;
  clock: () => Date;
}

/** One look: answers by an event to who follows here, when something has changed since the one before. */
export function jobsWatch({ desk, figures, here, clock }: LiveNeeds): () => Promise<void> {
  let known: Map<string, number> | undefined;
  let said = '';
  let looks = 0;

  const counted = async (): Promise<Map<string, number>> => {
    const minute = Math.floor(clock().getTime() / MINUTE_MS);
    const counts = await figures.minutes(minute - 1, minute);
    return new Map(counts.map((one) => [`${one.minute} ${one.state} ${one.task}`, one.count]));
  };

  return async () => {
    if (!here.isFollowed(ROOM_JOBS)) {
      known = undefined;
      return;
    }
    const now = await counted();
    const changed = known ? movesBetween(known, now) : [];
    const first = known === undefined;
    known = now;
    if (changed.length === 0 && !first && ++looks % PULSE_EVERY !== 0) return;
    const pulse: JobsPulse = await desk.pulse();
    const text = JSON.stringify(pulse);
    if (changed.length === 0 && text === said) return;
    said = text;
    here.say('jobs_update', ROOM_JOBS, { ...pulse, changed, at: clock().toISOString() });
  };
}

function movesBetween(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): JobsChanged[] {
  const moved = new Map<string, JobsChanged>();
  for (const [name, count] of after) {
    const more = count - (before.get(name) ?? 0);
    if (more <= 0) continue;
    const [, state, task] = name.split(' ') as [string, JobsChanged['state'], string];
    const one = moved.get(`${state} ${task}`);
    moved.set(`${state} ${task}`, { task, state, count: more + (one?.count ?? 0) });
  }
  return [...moved.values()];
}

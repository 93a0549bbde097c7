// What is counted of jobs by all processes together: states each minute, and the depth of queues between; kept for a day.
import { z } from 'zod';
import type { DepthSample, JobFigures, MinuteCount } from '@verity/domain/jobs/ports';
import { COURSE_HOURS, MINUTE_MS, nobodyKnows, SAMPLE_MS } from '@verity/domain/jobs/course';
import type { Clock } from '@verity/domain/kernel/ports';
import { JobState, QueueName } from '@verity/protocol/jobs/schemas';
import { answer, type RedisConnections } from './connect';

/** What was counted here goes to Redis after this long, in one step for all of it. */
const FLUSH_MS = 250;
const AGAIN_MS = 2_000;
const KEPT_SECONDS = (COURSE_HOURS + 1) * 3_600;
const MOST_SAMPLES = (COURSE_HOURS * 3_600_000) / SAMPLE_MS;

const DEPTH = '{jobs}:depth';
const ofMinute = (minute: number): string => `{jobs}:minute:${minute}`;

const Sample = z.object({
  at: z.number(),
  queues: z.partialRecord(QueueName, z.number().int().nullable()),
});

export interface CountedJobs extends JobFigures {
  /** Counts a job that came into a state; costs a step in memory. */
  note(task: string, state: JobState): void;
  /** Writes what was counted since; what Redis does not take is kept, and written later. */
  flush(): Promise<void>;
  /** True for one of all processes in each span of `SAMPLE_MS`: it takes the sample. */
  isMyTurn(): Promise<boolean>;
  addSample(sample: DepthSample): Promise<void>;
}

export function createJobFigures(
  { commands }: Pick<RedisConnections, 'commands'>,
  clock: Clock,
): CountedJobs {
  /** Bounded by the tasks there are: `state task` to a count. */
  let counted = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;

  const later = (ms: number): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      flush().catch(() => later(AGAIN_MS));
    }, ms).unref();
  };

  const flush = async (): Promise<void> => {
    if (counted.size === 0) return;
    const taken = counted;
    counted = new Map();
    const name = ofMinute(Math.floor(clock().getTime() / MINUTE_MS));
    try {
      // All or nothing: what is kept for another try must not have been counted in part.
      const step = commands.multi();
      for (const [field, count] of taken) step.hincrby(name, field, count);
      await answer(step.expire(name, KEPT_SECONDS).exec());
    } catch (error) {
      for (const [field, count] of taken) counted.set(field, (counted.get(field) ?? 0) + count);
      throw error;
    }
  };

  return {
    note(task, state) {
      const field = `${state} ${task}`;
      counted.set(field, (counted.get(field) ?? 0) + 1);
      later(FLUSH_MS);
    },
    flush,
    async minutes(from, to) {
      const minutes = Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);
      const found = await Promise.all(
        minutes.map((minute) => answer(commands.hgetall(ofMinute(minute)))),
      );
      return found.flatMap((fields, index) => countsOf(minutes[index] ?? 0, fields));
    },
    async isMyTurn() {
      const span = Math.floor(clock().getTime() / SAMPLE_MS);
      const mine = commands.set(`{jobs}:sampled:${span}`, '1', 'PX', SAMPLE_MS * 4, 'NX');
      return (await answer(mine)) === 'OK';
    },
    async addSample({ at, queues }) {
      const text = JSON.stringify({ at: at.getTime(), queues });
      await Promise.all([
        answer(commands.lpush(DEPTH, text)),
        answer(commands.ltrim(DEPTH, 0, MOST_SAMPLES - 1)),
        answer(commands.expire(DEPTH, KEPT_SECONDS)),
      ]);
    },
    async samples(limit) {
      const texts = await answer(commands.lrange(DEPTH, 0, limit - 1));
      return texts.map((text) => {
        const { at, queues } = Sample.parse(JSON.parse(text));
        return { at: new Date(at), queues: { ...nobodyKnows(), ...queues } };
      });
    },
  };
}

function countsOf(minute: number, fields: Record<string, string>): MinuteCount[] {
  return Object.entries(fields).flatMap(([field, count]) => {
    const space = field.indexOf(' ');
    const { success, data } = JobState.safeParse(field.slice(0, space));
    // A state of another version.
    if (!success) return [];
    return [{ minute, state: data, task: field.slice(space + 1), count: Number(count) }];
  });
}

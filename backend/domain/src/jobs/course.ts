// The course of jobs over the last hours: what was counted each minute and sampled between, in steps that a chart can show.
import type { JobsCourse } from '@verity/protocol/jobs/console-schemas';
import { QUEUES, type QueueName } from '@verity/protocol/jobs/schemas';
import type { DepthSample, MinuteCount } from './ports';

export const MINUTE_MS = 60_000;
/** Between two samples of the depth of the queues. */
export const SAMPLE_MS = 15_000;
/** Counts and samples are kept for so long. */
export const COURSE_HOURS = 24;

/** Minutes of one step: some sixty to a hundred steps, whatever the time looked at. */
export const stepMinutes = (hours: number): number => (hours <= 1 ? 1 : hours <= 6 ? 5 : 15);

/** The whole minutes looked at, first and last; the one that goes on would look like a fall. */
export function minutesOf(now: Date, hours: number): { from: number; to: number } {
  const to = Math.floor(now.getTime() / MINUTE_MS) - 1;
  return { from: to - hours * 60 + 1, to };
}

export function courseOf(
  { now, hours }: { now: Date; hours: number },
  counts: readonly MinuteCount[],
  samples: readonly DepthSample[],
): JobsCourse {
  const step = stepMinutes(hours);
  const { from } = minutesOf(now, hours);
  const rates = Array.from({ length: (hours * 60) / step }, (_, index) => ({
    at: new Date((from + index * step) * MINUTE_MS).toISOString(),
    ...{ enqueued: 0, succeeded: 0, failed: 0 },
  }));
  for (const { minute, state, count } of counts) {
    const rate = rates[Math.floor((minute - from) / step)];
    if (!rate) continue;
    if (state === 'queued') rate.enqueued += count / step;
    else if (state === 'succeeded' || state === 'failed') rate[state] += count / step;
  }
  const depthMs = (step * MINUTE_MS) / 4;
  return {
    rate_seconds: step * 60,
    depth_seconds: depthMs / 1_000,
    rates,
    depth: depthOf({ now, hours, depthMs }, samples),
  };
}

/** The highest of each step, so that no peak is lost. */
function depthOf(
  { now, hours, depthMs }: { now: Date; hours: number; depthMs: number },
  samples: readonly DepthSample[],
): JobsCourse['depth'] {
  const last = Math.floor(now.getTime() / depthMs);
  const length = (hours * 3_600_000) / depthMs;
  const first = last - length + 1;
  const steps = Array.from({ length }, (_, index) => ({
    at: new Date((first + index) * depthMs).toISOString(),
    queues: nobodyKnows(),
  }));
  for (const { at, queues } of samples) {
    const step = steps[Math.floor(at.getTime() / depthMs) - first];
    if (!step) continue;
    for (const queue of QUEUES) {
      const messages = queues[queue];
      if (messages === null) continue;
      step.queues[queue] = Math.max(step.queues[queue] ?? 0, messages);
    }
  }
  return steps;
}

export const nobodyKnows = (): Record<QueueName, number | null> =>
  Object.fromEntries(QUEUES.map((queue) => [queue, null])) as Record<QueueName, null>;

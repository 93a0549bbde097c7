// Durable jobs a second, end to end, and the delay of an idle runner: ours beside BullMQ and Celery, alternating.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bringUp } from '../stack/bring-up';
import { mongodb } from '../stack/mongodb';
import { rabbitmq } from '../stack/rabbitmq';
import { redis } from '../stack/redis';
import { runCelery } from './jobs-celery';
import type { SideResult, SideTask } from './jobs-side';
import {
  countOption,
  groupCpuSeconds,
  median,
  percentile,
  range,
  startSide,
  type Bench,
} from './measure';

const SIDE = 'scripts/bench/jobs-side.ts';
/** Of the slower ones as many as last about as long. */
const BULLMQ_SHARE = 1 / 3;
const CELERY_SHARE = 1 / 30;
const IDLE_JOBS = 300;
const IDLE_PAUSE_MS = 20;

export const bench: Bench = async (options, say) => {
  const runs = countOption(options, 'runs', 5);
  const jobs = countOption(options, 'jobs', 60_000, 1_000);
  const dataDir = mkdtempSync(join(tmpdir(), 'verity-bench-jobs-'));
  say('starting Redis, MongoDB and RabbitMQ');
  const stack = await bringUp({ dataDir, parts: [redis, mongodb, rabbitmq], env: {} });
  try {
    const { REDIS_URL = '', RABBITMQ_URL = '', MONGODB_URL = '' } = stack.env;
    const urls = { redis: REDIS_URL, rabbitmq: RABBITMQ_URL, mongodb: MONGODB_URL };
    const versions = Object.fromEntries(
      await Promise.all(
        [redis, mongodb, rabbitmq].map(async (part, index) => [
          part.name,
          await part.probe(Object.values(urls)[[0, 2, 1][index] as number] as string),
        ]),
      ),
    ) as Record<string, string>;

    const run = async (way: SideTask['way'], count: number, pauseMs?: number) => {
      const task = { way, urls, jobs: count, pauseMs, prefix: `${randomUUID().slice(0, 8)}.` };
      const before = stack.parts.map(({ child }) => groupCpuSeconds(child?.pid));
      const worker = await startSide<SideResult>(SIDE, { ...task, role: 'work' });
      const enqueuer = await startSide<SideResult>(SIDE, { ...task, role: 'enqueue' });
      const worked = worker.go();
      const [sent, done] = await Promise.all([enqueuer.go(), worked]);
      const aJob = (seconds: number): number => Math.round((seconds / count) * 1e7) / 10;
      return {
        perSecond: Math.round((count / (done.atMs - sent.atMs)) * 1_000),
        cpu: {
          enqueue: aJob(sent.cpuSeconds),
          work: aJob(done.cpuSeconds),
          ...Object.fromEntries(
            stack.parts.map(({ name, child }, index) => [
              name,
              aJob(groupCpuSeconds(child?.pid) - (before[index] ?? NaN)),
            ]),
          ),
        } as Record<string, number>,
        delaysMs: done.delaysMs,
      };
    };

    const ours: Awaited<ReturnType<typeof run>>[] = [];
    const bullmq: number[] = [];
    const celery: number[] = [];
    let celeryVersion = '';
    for (let index = 0; index < runs; index++) {
      const mine = async (): Promise<void> => {
        ours.push(await run('ours', jobs));
        say(`run ${index + 1}: ours ${JSON.stringify({ ...ours.at(-1), delaysMs: undefined })}`);
      };
      const peers = [
        async () => {
          bullmq.push((await run('bullmq', Math.ceil(jobs * BULLMQ_SHARE))).perSecond);
          say(`run ${index + 1}: BullMQ ${bullmq.at(-1)} jobs/s`);
        },
        async () => {
          const result = await runCelery(RABBITMQ_URL, Math.ceil(jobs * CELERY_SHARE));
          celery.push(result.perSecond);
          celeryVersion = result.version;
          say(`run ${index + 1}: Celery ${celery.at(-1)} jobs/s`);
        },
      ];
      const steps = options.peers === 'none' ? [mine] : [mine, ...peers];
      for (const step of index % 2 ? steps.reverse() : steps) await step();
    }
    const idle = (await run('ours', IDLE_JOBS, IDLE_PAUSE_MS)).delaysMs;
    const idleOfBullmq =
      options.peers === 'none' ? [] : (await run('bullmq', IDLE_JOBS, IDLE_PAUSE_MS)).delaysMs;
    const round = (ms: number): number => Math.round(ms * 100) / 100;
    const jobsPerSecond = median(ours.map(({ perSecond }) => perSecond));
    const bullmqPerSecond = median(bullmq);
    const celeryPerSecond = median(celery);
    return {
      runs,
      jobs,
      jobsPerSecond,
      jobsPerSecondRange: range(ours.map(({ perSecond }) => perSecond)),
      bullmqPerSecond,
      bullmqPerSecondRange: range(bullmq),
      celeryPerSecond,
      celeryPerSecondRange: range(celery),
      ratioToBullmq: round(jobsPerSecond / bullmqPerSecond),
      ratioToCelery: round(jobsPerSecond / celeryPerSecond),
      idleP50: round(percentile(idle, 0.5)),
      idleP99: round(percentile(idle, 0.99)),
      bullmqIdleP50: round(percentile(idleOfBullmq, 0.5)),
      bullmqIdleP99: round(percentile(idleOfBullmq, 0.99)),
      cpuMicroseconds: Object.fromEntries(
        Object.keys(ours[0]?.cpu ?? {}).map((part) => [
          part,
          median(ours.map(({ cpu }) => cpu[part] ?? NaN)),
        ]),
      ),
      durability: {
        ours: 'RabbitMQ quorum queue, publisher confirms; claims and results in Redis, appendfsync always; history in MongoDB, journaled, before the acknowledgement',
        bullmq: 'Redis, appendfsync always; done jobs kept there',
        celery:
          'RabbitMQ durable classic queue, persistent, publisher confirms, late acknowledgement; no results, no history',
      },
      together: { ours: '500 jobs a call', bullmq: '500 jobs a call', celery: 'one job a call' },
      versions: { ...versions, bullmq: '6.7.0', celery: celeryVersion },
    };
  } finally {
    await stack.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
};

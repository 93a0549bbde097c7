// Schedules in MongoDB, ticked by agenda: any number of processes may run one, and each instant is ticked once.
import { setTimeout as sleep } from 'node:timers/promises';
import { MongoBackend } from '@agendajs/mongo-backend';
import { Agenda } from 'agenda';
import type { Connection } from 'mongoose';
import type { Clockwork, DeclaredSchedule, Schedules } from '@verity/domain/jobs/schedule-ports';
import type { Clock } from '@verity/domain/kernel/ports';
import { Fault } from '@verity/protocol/faults';
import type { ScheduleState } from '@verity/protocol/jobs/console-schemas';
import type { Log } from '../log';
import { schedules, type ScheduleDocument } from '../mongo/schedules';
import { op, Store } from '../mongo/store';
import { demandCron, instantBefore, instantsOf } from './cron';

/** How often agenda looks for what is due soon; the tick itself comes on time, by a timer. */
const LOOK_MS = 5_000;
/** A process that holds a tick and dies lets go of it after this long. */
const LOCK_MS = 60_000;
const COLLECTION = 'ticks';
/** Of a tick whose stores are away. */
const TRIES = 10;
const TRY_AGAIN_MS = 2_000;

export interface ClockworkNeeds {
  mongo: Connection;
  timeZone: string;
  clock: Clock;
  log: Pick<Log, 'warn' | 'error'>;
}

export async function createClockwork({
  mongo,
  timeZone,
  clock,
  log,
}: ClockworkNeeds): Promise<Clockwork> {
  const store = new Store<ScheduleDocument>(mongo, schedules);
  const { db } = mongo;
  if (!db) throw new Fault('unavailable', 'MongoDB is not connected.');
  const agenda = new Agenda({
    backend: new MongoBackend({ mongo: db, collection: COLLECTION }),
    processEvery: LOOK_MS,
    defaultLockLifetime: LOCK_MS,
  });
  agenda.on('error', (err: Error) =>
    log.warn({ err }, 'the clock of schedules failed; it goes on'),
  );
  await agenda.ready;

  /** Sets the clock: the next instant from now on, nothing at once. */
  const wind = async ({ _id, cron, time_zone, enabled }: ScheduleDocument): Promise<void> => {
    await agenda.every(cron, _id, {}, { timezone: time_zone, skipImmediate: true });
    await (enabled ? agenda.enable({ name: _id }) : agenda.disable({ name: _id }));
  };

  const demand = async (task: string): Promise<ScheduleDocument> => {
    const found = await store.one({ _id: task });
    if (found) return found;
    throw new Fault('not-found', `The task "${task.slice(0, 60)}" has no schedule.`, {
      fix: 'npm run jobs -- scheduled lists those that have one.',
    });
  };

  const present = (document: ScheduleDocument): ScheduleState => {
    const { _id, edited_at, last_tick_at, edited_by, last_outcome, last_job, ...rest } = document;
    const now = clock();
    const until = new Date(now.getTime() + 400 * 86_400_000);
    const [next] = rest.enabled
      ? instantsOf(rest.cron, rest.time_zone, { from: now, until, limit: 1 })
      : [];
    return {
      ...rest,
      task: _id,
      edited_by: edited_by ?? null,
      edited_at: edited_at?.toISOString() ?? null,
      last_tick_at: last_tick_at?.toISOString() ?? null,
      last_outcome: last_outcome ?? null,
      last_job: (last_job ?? null) as ScheduleState['last_job'],
      next_at: next?.toISOString() ?? null,
    };
  };

  const change = async (task: string, $set: Partial<ScheduleDocument>): Promise<ScheduleState> => {
    await demand(task);
    const changed = (await store.change({ _id: task }, { $set })) ?? (await demand(task));
    await wind(changed);
    return present(changed);
  };

  const declareOne = async (declared: DeclaredSchedule): Promise<void> => {
    demandCron(declared.cron, timeZone);
    const { task, cron, missed, overlap } = declared;
    const there = await store.one({ _id: task });
    const follows = there !== null && there.edited_at === null;
    const wanted: ScheduleDocument = {
      _id: task,
      enabled: true,
      edited_by: null,
      edited_at: null,
      last_tick_at: null,
      last_outcome: null,
      last_job: null,
      ...there,
      cron: there === null || follows ? cron : there.cron,
      time_zone: timeZone,
      missed,
      overlap,
      declared_cron: cron,
    };
    if (there === null) await store.insertMissing([wanted]);
    else {
      const { _id, last_tick_at: _a, last_outcome: _b, last_job: _c, ...$set } = wanted;
      await store.changed({ _id }, { $set });
    }
    const { jobs } = await agenda.queryJobs({ name: task, limit: 1 });
    const [clockJob] = jobs;
    // A clock that shows this already keeps its next instant, also one that has passed while nothing ran.
    const wound =
      clockJob?.repeatInterval === wanted.cron && clockJob.repeatTimezone === wanted.time_zone;
    if (!wound) await wind(wanted);
  };

  const editing: Schedules = {
    async declare(all) {
      for (const declared of all) await declareOne(declared);
      const names = all.map(({ task }) => task);
      for (const { _id } of await store.many({ _id: op({ $nin: names }) }, { _id: 1 })) {
        await agenda.cancel({ name: _id });
        await store.removed({ _id });
      }
    },
    async list() {
      return (await store.many({}, { _id: 1 })).map(present);
    },
    async edit(task, { cron, enabled }, by, at) {
      if (cron !== undefined) demandCron(cron, timeZone);
      return change(task, {
        ...(cron === undefined ? {} : { cron: cron.trim().replaceAll(/\s+/g, ' ') }),
        ...(enabled === undefined ? {} : { enabled }),
        edited_by: by,
        edited_at: at,
      });
    },
    async reset(task) {
      const { declared_cron } = await demand(task);
      return change(task, {
        cron: declared_cron,
        enabled: true,
        edited_by: null,
        edited_at: null,
      });
    },
    async calendar(from, until, perTask) {
      const all = await store.many({ enabled: true }, { _id: 1 });
      return all
        .flatMap(({ _id, cron, time_zone }) =>
          instantsOf(cron, time_zone, { from, until, limit: perTask }).map((at) => ({
            task: _id,
            at: at.toISOString(),
          })),
        )
        .sort((a, b) => a.at.localeCompare(b.at));
    },
  };

  return {
    ...editing,
    async start(tick) {
      const ring = async (task: string): Promise<void> => {
        const schedule = await store.one({ _id: task });
        if (!schedule?.enabled) return;
        const now = clock();
        const scheduledFor = instantBefore(schedule.cron, schedule.time_zone, now) ?? now;
        const { outcome, job } = await tick(task, scheduledFor);
        await store.changed(
          { _id: task },
          { $set: { last_tick_at: scheduledFor, last_outcome: outcome, last_job: job } },
        );
      };
      for (const { _id } of await store.many({}, { _id: 1 })) {
        agenda.define(_id, async () => {
          for (let left = TRIES; ; left--) {
            try {
              return await ring(_id);
            } catch (err) {
              if (left === 0) {
                log.error({ err, task: _id }, 'a tick was lost: its job could not be enqueued');
                return;
              }
              await sleep(TRY_AGAIN_MS);
            }
          }
        });
      }
      await agenda.start();
    },
    async stop() {
      await agenda.stop();
    },
  };
}

// Enrolment: stores what sessions teach about a person, and trains a newer model when there is enough of it.
import type { UserId } from '@verity/protocol/ids';
import { Fault } from '@verity/protocol/faults';
import type { Cache } from '@verity/domain/kernel/cache-ports';
import type { Clock } from '@verity/domain/kernel/ports';
import type { ModelKind } from '@verity/domain/risk/model-kind';
import { kindOf } from '@verity/domain/risk/model-kinds';
import type {
  BehaviourModels,
  BehaviourWindows,
  Modality,
  ModelRecord,
  WindowRecord,
} from '@verity/domain/risk/ports';
import type { ModelShelf } from './models';
import type { Leases, Log } from './ports';
import type { Trainer } from './train';

/** A model of all the windows that are kept is made anew after so long. */
const REFRESH_DAYS = 7;
const FLUSH_MS = 1_000;
/** Windows of all sessions that wait in memory for the store. */
const MOST_WAITING = 20_000;
const PEOPLE_REMEMBERED = 20_000;
const TRAINING_LEASE_MS = 120_000;
/** After a training that failed: what hinders one hinders the next. */
const REST_MS = 30_000;

/** Whether there is so much more to learn from that another model is worth its training. */
export function trainingDue(
  windows: number,
  trained: Pick<ModelRecord, 'windows' | 'trainedAt'> | null,
  now: Date,
  { first, most }: ModelKind['windows'],
): boolean {
  if (!trained) return windows >= first;
  if (trained.windows < most && windows >= 2 * trained.windows) return true;
  const days = (now.getTime() - trained.trainedAt.getTime()) / 86_400_000;
  return windows >= most / 2 && days >= REFRESH_DAYS;
}

export interface EnrolmentNeeds {
  windows: BehaviourWindows;
  models: BehaviourModels;
  cache: Cache;
  leases: Leases;
  trainer: Trainer;
  clock: Clock;
  log: Log;
  /** The models of a person that are at hand, and a way to say that there is a newer one. */
  shelf: Pick<ModelShelf, 'of' | 'outdate'>;
}

type Counts = Record<Modality, number>;

export class Enrolment {
  private waiting = new Map<string, WindowRecord>();
  private readonly stored = new Set<string>();
  /** Windows in the store, of people who were met. */
  private readonly people = new Map<UserId, Counts>();
  private readonly due = new Map<string, { user: UserId; modality: Modality }>();
  private readonly ticking: NodeJS.Timeout;
  private flushing: Promise<void> | null = null;
  private training: Promise<void> | null = null;
  private restUntil = 0;
  private stopped = false;

  constructor(private readonly needs: EnrolmentNeeds) {
    this.ticking = setInterval(() => {
      this.flush().catch((err: unknown) =>
        needs.log.error({ err }, 'behaviour could not be stored'),
      );
    }, FLUSH_MS);
  }

  /** Takes a window in; true once it is stored (or is not wanted) and need not be kept any longer. */
  offer(record: WindowRecord): boolean {
    if (this.stored.delete(record.id)) return true;
    const person = this.people.get(record.userId);
    if (person && (person[record.modality] ?? 0) >= kindOf(record.modality).windows.most)
      return true;
    if (this.waiting.size < MOST_WAITING) this.waiting.set(record.id, record);
    return false;
  }

  /** Stores what waits. */
  flush(): Promise<void> {
    return (this.flushing ??= this.store().finally(() => {
      this.flushing = null;
    }));
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.ticking);
    await this.flush();
    await this.needs.trainer.close();
    await this.training;
  }

  private async store(): Promise<void> {
    const records = [...this.waiting.values()];
    if (records.length === 0) return;
    try {
      await this.needs.windows.add(records);
      for (const { id } of records) {
        this.waiting.delete(id);
        this.stored.add(id);
      }
      forgetOldest(this.stored, 2 * MOST_WAITING);
      await this.countIn(records);
      this.train();
    } catch (error) {
      // They stay, here and in the state of their sessions, and are offered again.
      if (!(error instanceof Fault)) throw error;
      this.needs.log.warn({ err: error, windows: records.length }, 'behaviour was not stored yet');
    }
  }

  private async countIn(records: WindowRecord[]): Promise<void> {
    const now = this.needs.clock();
    const fresh = new Set<UserId>();
    for (const { userId } of records) if (!this.people.has(userId)) fresh.add(userId);
    for (const user of fresh) this.people.set(user, await this.needs.windows.count(user));
    for (const { userId, modality } of records) {
      const counts = this.people.get(userId);
      const models = this.needs.shelf.of(userId);
      if (!counts || !models) continue;
      // A person met just now has been counted with these.
      const count = (counts[modality] ?? 0) + (fresh.has(userId) ? 0 : 1);
      counts[modality] = count;
      if (trainingDue(count, models.get(modality) ?? null, now, kindOf(modality).windows)) {
        this.due.set(`${userId}:${modality}`, { user: userId, modality });
      }
    }
    forgetOldest(this.people, PEOPLE_REMEMBERED);
  }

  /** One training at a time: it is the heaviest thing that the platform does. */
  private train(): void {
    if (performance.now() < this.restUntil) return;
    this.training ??= this.trainAll().finally(() => {
      this.training = null;
    });
  }

  private async trainAll(): Promise<void> {
    for (const [key, { user, modality }] of this.due) {
      if (this.stopped) return;
      this.due.delete(key);
      try {
        await this.needs.leases.hold(`training:${key}`, TRAINING_LEASE_MS, () =>
          this.trainOne(user, modality),
        );
      } catch (err) {
        if (this.stopped) return;
        this.needs.log.warn({ user, modality, err }, 'a behaviour model could not be trained');
        this.due.set(key, { user, modality });
        this.restUntil = performance.now() + REST_MS;
        return;
      }
    }
  }

  private async trainOne(user: UserId, modality: Modality): Promise<void> {
    const { windows, models, cache, trainer, clock, log } = this.needs;
    const before = await models.newest(user, modality);
    const kind = kindOf(modality);
    const records = await windows.ofUser(user, modality, kind.windows.most);
    if (!trainingDue(records.length, before, clock(), kind.windows)) {
      this.needs.shelf.outdate(user);
      return;
    }
    const version = (before?.version ?? 0) + 1;
    const now = clock();
    const started = performance.now();
    const others = kind.cohort ? await windows.ofOthers(user, modality, kind.cohort) : [];
    const artefact = await trainer.train({
      modality,
      version,
      now,
      windows: featuresOf(records),
      others: others.map(featuresOf),
      sittings: records.map(({ sessionId }) => sessionId),
    });
    try {
      await models.add({
        userId: user,
        modality,
        version,
        trainedAt: now,
        windows: records.length,
        artefact,
      });
    } catch (error) {
      // Another process was faster with this version.
      if (!(error instanceof Fault && error.code === 'conflict')) throw error;
    }
    await cache.drop('behavioral_model', user);
    this.needs.shelf.outdate(user);
    const milliseconds = Math.round(performance.now() - started);
    log.info({ user, modality, version, windows: records.length, milliseconds }, 'model trained');
  }
}

const featuresOf = (records: WindowRecord[]): Float64Array[] =>
  records.map(({ features }) => Float64Array.from(features));

function forgetOldest(keyed: Set<unknown> | Map<unknown, unknown>, limit: number): void {
  for (const key of keyed.keys()) {
    if (keyed.size <= limit) return;
    keyed.delete(key);
  }
}

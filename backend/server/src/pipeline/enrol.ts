// Enrolment: stores what sessions teach about a person, and trains a newer model when there is enough of it.
import type { UserId } from '@verity/protocol/ids';
import { Fault } from '@verity/protocol/faults';
import type { Cache } from '@verity/domain/kernel/cache-ports';
import type { Clock } from '@verity/domain/kernel/ports';
import { mayBeLearnt, trackAt } from '@verity/domain/risk/learning-terms';
import type { ModelKind } from '@verity/domain/risk/model-kind';
import { lessonOf, trainingDue, windowsToRead } from '@verity/domain/risk/lesson';
import { kindOf } from '@verity/domain/risk/model-kinds';
import type {
  BehaviourModels,
  BehaviourWindows,
  Modality,
  ModelRecord,
  Terms,
  Track,
  WindowRecord,
} from '@verity/domain/risk/ports';
import { modelCacheKey, TRACKS, type ModelShelf } from './models';
import type { Leases, Log } from './ports';
import type { Trainer } from './train';

const FLUSH_MS = 1_000;
/** Windows of all sessions that wait in memory for the store. */
const MOST_WAITING = 20_000;
const PEOPLE_REMEMBERED = 20_000;
const TRAINING_LEASE_MS = 120_000;
/** After a training that failed: what hinders one hinders the next. */
const REST_MS = 30_000;

export interface EnrolmentNeeds {
  windows: BehaviourWindows;
  models: BehaviourModels;
  terms: Pick<Terms, 'of' | 'many'>;
  cache: Cache;
  leases: Leases;
  trainer: Trainer;
  clock: Clock;
  log: Log;
  /** The models of a person that are at hand, and a way to say that there is a newer one. */
  shelf: Pick<ModelShelf, 'of' | 'termsOf' | 'outdate'>;
}

type Counts = Record<Modality, number>;

interface Due {
  user: UserId;
  modality: Modality;
  track: Track;
}

const inTrack = (user: UserId, track: Track): string => `${user}:${track}`;

export class Enrolment {
  private waiting = new Map<string, WindowRecord>();
  private readonly stored = new Set<string>();
  /** Windows in the store, of people who were met, by track. */
  private readonly people = new Map<string, Counts>();
  private readonly due = new Map<string, Due>();
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

  /** Takes a window in; true once it is stored and need not be kept any longer. */
  offer(record: WindowRecord): boolean {
    if (this.stored.delete(record.id)) return true;
    if (this.waiting.size < MOST_WAITING) this.waiting.set(record.id, record);
    return false;
  }

  /** Forgets what it counted of a person: other terms hold from now on. */
  forget(user: UserId): void {
    for (const track of TRACKS) this.people.delete(inTrack(user, track));
  }

  private trackOf({ userId, at }: WindowRecord): Track {
    const terms = this.needs.shelf.termsOf(userId);
    return terms ? trackAt(terms, at) : 'standing';
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
      const wanted = await this.keepWanted(records);
      for (const { id } of records) {
        this.waiting.delete(id);
        this.stored.add(id);
      }
      forgetOldest(this.stored, 2 * MOST_WAITING);
      await this.countIn(wanted);
      this.train();
    } catch (error) {
      // They stay, here and in the state of their sessions, and are offered again.
      if (!(error instanceof Fault)) throw error;
      this.needs.log.warn({ err: error, windows: records.length }, 'behaviour was not stored yet');
    }
  }

  /** Stores those that the terms of their people let in, each in its track. */
  private async keepWanted(records: WindowRecord[]): Promise<WindowRecord[]> {
    const { terms, windows } = this.needs;
    const users = [...new Set(records.map(({ userId }) => userId))];
    const before = await terms.many(users);
    const wanted = records.flatMap((record) => {
      const of = before.get(record.userId);
      return of && mayBeLearnt(of, record) ? [{ ...record, track: trackAt(of, record.at) }] : [];
    });
    await windows.add(wanted);
    // What was erased or disowned while it was stored must not have slipped in behind the removal.
    for (const [user, { erasedAt, disowned }] of await terms.many(users)) {
      const then = before.get(user);
      if (erasedAt && erasedAt.getTime() !== then?.erasedAt?.getTime()) {
        await windows.removeOfUser(user, { until: erasedAt });
      }
      for (const session of disowned) {
        if (!then?.disowned.includes(session)) await windows.removeOfSession(session);
      }
    }
    return wanted;
  }

  private async countIn(records: WindowRecord[]): Promise<void> {
    const now = this.needs.clock();
    const fresh = new Set<string>();
    for (const { userId, track = 'standing' } of records) {
      const key = inTrack(userId, track);
      if (this.people.has(key)) continue;
      fresh.add(key);
      this.people.set(key, await this.needs.windows.count(userId, track));
    }
    for (const { userId, modality, track = 'standing' } of records) {
      const key = inTrack(userId, track);
      const counts = this.people.get(key);
      const models = this.needs.shelf.of(userId);
      if (!counts || !models) continue;
      // A person met just now has been counted with these.
      const count = (counts[modality] ?? 0) + (fresh.has(key) ? 0 : 1);
      counts[modality] = count;
      if (trainingDue(count, models.get(modality) ?? null, now, kindOf(modality))) {
        this.due.set(`${key}:${modality}`, { user: userId, modality, track });
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
    for (const [key, due] of this.due) {
      const { user, modality } = due;
      if (this.stopped) return;
      this.due.delete(key);
      try {
        await this.needs.leases.hold(`training:${key}`, TRAINING_LEASE_MS, () =>
          this.trainOne(due),
        );
      } catch (err) {
        if (this.stopped) return;
        this.needs.log.warn({ user, modality, err }, 'a behaviour model could not be trained');
        this.due.set(key, due);
        this.restUntil = performance.now() + REST_MS;
        return;
      }
    }
  }

  private recount(user: UserId, modality: Modality, track: Track, count: number): void {
    const counts = this.people.get(inTrack(user, track));
    if (counts) counts[modality] = count;
  }

  private async trainOne({ user, modality, track }: Due): Promise<void> {
    const { windows, models, terms, cache, trainer, clock, log } = this.needs;
    const agreed = await terms.of(user);
    const before = await models.newest(user, modality, track);
    const kind = kindOf(modality);
    const { first } = kind.windows;
    const count = (await windows.count(user, track))[modality] ?? 0;
    if (!trainingDue(count, before, clock(), kind)) {
      this.needs.shelf.outdate(user);
      return;
    }
    const stored = await windows.ofUser(user, modality, windowsToRead(kind), track);
    const records = stored.filter((record) => mayBeLearnt(agreed, record));
    const { learn, refused } = lessonOf(kind, before && readable(kind, before), records);
    if (refused.length > 0) {
      await windows.remove(refused.map(({ id }) => id));
      log.info({ user, modality, refused: refused.length }, 'windows were kept from a model');
    }
    this.recount(user, modality, track, count - refused.length);
    if (!learn || learn.length < first) return;
    const version = (await models.lastVersion(user, modality)) + 1;
    const now = clock();
    const started = performance.now();
    const others = kind.cohort ? await windows.ofOthers(user, modality, kind.cohort) : [];
    const artefact = await trainer.train({
      modality,
      version,
      now,
      before: before?.artefact ?? null,
      windows: featuresOf(learn),
      others: others.map(featuresOf),
      sittings: learn.map(({ sessionId }) => sessionId),
      shared: agreed.household,
    });
    // What was erased, disowned or run out while it was learnt is not kept.
    const { changedAt } = await terms.of(user);
    if (changedAt.getTime() !== agreed.changedAt.getTime()) return;
    try {
      await models.add({
        userId: user,
        modality,
        version,
        trainedAt: now,
        windows: learn.length,
        learntTo: learn.at(-1)?.at,
        artefact,
        track,
      });
    } catch (error) {
      // Another process was faster with this version.
      if (!(error instanceof Fault && error.code === 'conflict')) throw error;
    }
    await cache.drop('behavioral_model', modelCacheKey(user, track));
    this.needs.shelf.outdate(user);
    const oldest = learn.length === kind.windows.most && learn[0];
    if (oldest) {
      await windows.removeBefore(user, modality, oldest.at, track);
      this.recount(user, modality, track, (await windows.count(user, track))[modality] ?? 0);
    }
    const milliseconds = Math.round(performance.now() - started);
    log.info(
      { user, modality, track, version, windows: learn.length, milliseconds },
      'model trained',
    );
  }
}

/** A model of another version cannot be compared with: what it was made of teaches the next one as it is. */
function readable(kind: ModelKind, record: ModelRecord): Parameters<typeof lessonOf>[1] {
  try {
    return { record, model: kind.parse(record.artefact) };
  } catch (error) {
    if (error instanceof Fault && error.code === 'invalid-input') return null;
    throw error;
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

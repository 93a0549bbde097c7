// Enrolment: stores what sessions teach about a person, and asks for a newer model when there is enough of it.
import type { UserId } from '@verity/protocol/ids';
import { Fault } from '@verity/protocol/faults';
import type { Clock } from '@verity/domain/kernel/ports';
import { mayBeLearnt, TRACKS, trackAt } from '@verity/domain/risk/learning-terms';
import { trainingDue } from '@verity/domain/risk/lesson';
import { kindOf } from '@verity/domain/risk/model-kinds';
import type {
  BehaviourWindows,
  Modality,
  Terms,
  Track,
  WindowRecord,
} from '@verity/domain/risk/ports';
import type { Trainee } from '@verity/domain/risk/train-model';
import type { AskTraining } from './ask-training';
import type { ModelShelf } from './models';
import type { Log } from './ports';

const FLUSH_MS = 1_000;
/** Windows of all sessions that wait in memory for the store. */
const MOST_WAITING = 20_000;
const PEOPLE_REMEMBERED = 20_000;
/** What was asked for is asked for again after so long, sooner when a newer model has come meanwhile. */
const ASK_AGAIN_MS = 30_000;

export interface EnrolmentNeeds {
  windows: Pick<BehaviourWindows, 'add' | 'count' | 'removeOfSession' | 'removeOfUser'>;
  terms: Pick<Terms, 'many'>;
  clock: Clock;
  log: Log;
  /** The models of a person that are at hand. */
  shelf: Pick<ModelShelf, 'of'>;
  /** Has a model trained, somewhere else and soon. */
  train: AskTraining;
}

type Counts = Record<Modality, number>;

/** For which version a newer one was asked, and when to ask again, monotonic ms. */
interface Asked {
  version: number;
  againAt: number;
}

const inTrack = (user: UserId, track: Track): string => `${user}:${track}`;

export class Enrolment {
  private waiting = new Map<string, WindowRecord>();
  private readonly stored = new Set<string>();
  /** Windows in the store, of people who were met, by track. */
  private readonly people = new Map<string, Counts>();
  private readonly asked = new Map<string, Asked>();
  private readonly ticking: NodeJS.Timeout;
  private flushing: Promise<void> | null = null;

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

  /** Stores what waits. */
  flush(): Promise<void> {
    return (this.flushing ??= this.store().finally(() => {
      this.flushing = null;
    }));
  }

  async stop(): Promise<void> {
    clearInterval(this.ticking);
    await this.flush();
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
      await Promise.all((await this.countIn(wanted)).map((trainee) => this.ask(trainee)));
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

  /** Counts what was stored; answers whose models seem to be due. */
  private async countIn(records: WindowRecord[]): Promise<Trainee[]> {
    const now = this.needs.clock();
    const fresh = new Set<string>();
    const due = new Map<string, Trainee>();
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
        due.set(`${key}:${modality}`, { user: userId, modality, track });
      }
    }
    forgetOldest(this.people, PEOPLE_REMEMBERED);
    return [...due.values()];
  }

  private async ask(trainee: Trainee): Promise<void> {
    const { user, modality, track } = trainee;
    const key = `${inTrack(user, track)}:${modality}`;
    const model = this.needs.shelf.of(user)?.get(modality) ?? null;
    const version = model?.version ?? 0;
    const last = this.asked.get(key);
    if (last?.version === version && performance.now() < last.againAt) return;
    this.asked.set(key, { version, againAt: performance.now() + ASK_AGAIN_MS });
    forgetOldest(this.asked, PEOPLE_REMEMBERED);
    try {
      // Trainings let go of windows, which nobody here has counted.
      const counts = await this.needs.windows.count(user, track);
      this.people.set(inTrack(user, track), counts);
      const { clock, train } = this.needs;
      if (trainingDue(counts[modality] ?? 0, model, clock(), kindOf(modality)))
        await train(trainee);
    } catch (err) {
      this.needs.log.warn({ user, modality, err }, 'a training could not be asked for yet');
    }
  }
}

function forgetOldest(keyed: Set<unknown> | Map<unknown, unknown>, limit: number): void {
  for (const key of keyed.keys()) {
    if (keyed.size <= limit) return;
    keyed.delete(key);
  }
}

// The models of behaviour that detection weighs by: parsed, in memory, refreshed without keeping anybody waiting.
import type { UserId } from '@verity/protocol/ids';
import type { Cache } from '@verity/domain/kernel/cache-ports';
import type { Clock } from '@verity/domain/kernel/ports';
import { TRACKS, trackAt, type LearningTerms } from '@verity/domain/risk/learning-terms';
import type { ReadyModel } from '@verity/domain/risk/model-kind';
import { kindOf } from '@verity/domain/risk/model-kinds';
import type {
  BehaviourModels,
  Modality,
  ModelNews,
  ModelRecord,
  Terms,
  Track,
} from '@verity/domain/risk/ports';
import { parseShared } from '@verity/domain/risk/shared-model';
import { followChanges, type Following } from './follow-changes';
import type { Log } from './ports';

export type ModelsOfUser = ReadonlyMap<Modality, ReadyModel>;
/** What the cache keeps of a model. */
type Shelved = Pick<ModelRecord, 'modality' | 'version' | 'artefact'>;

interface Entry {
  models: ModelsOfUser | null;
  /** As they were when the models were read; null until then. */
  terms: LearningTerms | null;
  track: Track;
  /** Monotonic ms after which they are read again. */
  staleAt: number;
  waiting: boolean;
  /** Versions that are known to be there and have not been read. */
  awaited: Map<Modality, number>;
}

/** People whose models are read at once: each costs some milliseconds of this process. */
const AT_ONCE = 4;
const RETRY_MS = 2_000;

const modelCacheKey = (user: UserId, track: Track): string => `${user}:${track}`;

/** Drops every model of a person from the cache that the processes share. */
export async function dropCachedModels(cache: Pick<Cache, 'drop'>, user: UserId): Promise<void> {
  for (const track of TRACKS) await cache.drop('behavioral_model', modelCacheKey(user, track));
}

export interface ShelfNeeds {
  models: Pick<BehaviourModels, 'newestOfUser'>;
  terms: Pick<Terms, 'of'>;
  cache: Cache;
  clock: Clock;
  log: Log;
}

export class ModelShelf {
  private readonly entries = new Map<UserId, Entry>();
  private readonly queue: UserId[] = [];
  private reading = 0;

  constructor(
    private readonly needs: ShelfNeeds,
    /** After so long the cache is asked for a newer version. */
    private readonly refreshMs = 60_000,
    private readonly limit = 10_000,
  ) {}

  /** The newest models of a person that are at hand; null until they have been read. Never waits. */
  of(user: UserId): ModelsOfUser | null {
    let entry = this.entries.get(user);
    if (!entry) {
      entry = {
        ...{ models: null, terms: null, track: 'standing', staleAt: 0, waiting: false },
        awaited: new Map(),
      };
      this.entries.set(user, entry);
      for (const oldest of this.entries.keys()) {
        if (this.entries.size <= this.limit) break;
        this.entries.delete(oldest);
      }
    }
    // A temporary baseline begins and ends at its moment: nobody is weighed by the other model after it.
    if (entry.terms?.temporary && trackAt(entry.terms, this.needs.clock()) !== entry.track) {
      Object.assign(entry, { models: null, staleAt: 0 });
    }
    if (!entry.waiting && performance.now() >= entry.staleAt) {
      entry.waiting = true;
      this.queue.push(user);
      this.readOn();
    }
    return entry.models;
  }

  /** The terms under which the models of a person were read; null until they have been. */
  termsOf(user: UserId): LearningTerms | null {
    return this.entries.get(user)?.terms ?? null;
  }

  /** Forgets a person's models: other terms hold, or they were erased. What is being read for them lands nowhere. */
  forget(user: UserId): void {
    this.entries.delete(user);
  }

  /** Has a person's models read again the next time, when this version of one is newer than what is at hand. */
  newer({ userId, modality, version, track = 'standing' }: Omit<ModelNews, 'storedAt'>): void {
    const entry = this.entries.get(userId);
    if (!entry) return;
    const before = track === entry.track ? entry.models?.get(modality)?.version : undefined;
    if (before !== undefined && before >= version) return;
    entry.awaited.set(modality, version);
    entry.staleAt = 0;
  }

  private readOn(): void {
    while (this.reading < AT_ONCE) {
      const user = this.queue.shift();
      if (user === undefined) return;
      this.reading++;
      void this.read(user).finally(() => {
        this.reading--;
        this.readOn();
      });
    }
  }

  private async read(user: UserId): Promise<void> {
    const entry = this.entries.get(user);
    if (!entry) return;
    const { awaited } = entry;
    entry.awaited = new Map();
    try {
      const terms = await this.needs.terms.of(user);
      const track = trackAt(terms, this.needs.clock());
      const before = track === entry.track ? entry.models : null;
      const shelved = await this.shelved(user, track, awaited);
      const models = new Map<Modality, ReadyModel>();
      for (const one of shelved) {
        const model = this.readOne(user, one, before?.get(one.modality));
        // Made of what was erased meanwhile it is none.
        const erased = terms.erasedAt && model && model.trainedAt <= terms.erasedAt;
        if (model && !erased) models.set(one.modality, model);
      }
      Object.assign(entry, { models, terms, track });
      entry.staleAt = entry.awaited.size > 0 ? 0 : performance.now() + this.refreshMs;
    } catch (err) {
      entry.awaited = new Map([...awaited, ...entry.awaited]);
      entry.staleAt = performance.now() + RETRY_MS;
      this.needs.log.warn({ user, err }, 'a behaviour model could not be read yet');
    } finally {
      entry.waiting = false;
    }
  }

  /** By way of the cache, unless what it holds is older than what is awaited. */
  private async shelved(
    user: UserId,
    track: Track,
    awaited: ReadonlyMap<Modality, number>,
  ): Promise<Shelved[]> {
    const { cache, models } = this.needs;
    const key = modelCacheKey(user, track);
    const read = () =>
      cache.through('behavioral_model', key, async () => {
        const records = await models.newestOfUser(user, track);
        return records.map(({ modality, version, artefact }): Shelved => ({
          modality,
          version,
          artefact,
        }));
      });
    const shelved = await read();
    const versions = new Map(shelved.map(({ modality, version }) => [modality, version]));
    if ([...awaited].every(([modality, version]) => (versions.get(modality) ?? 0) >= version)) {
      return shelved;
    }
    // It was filled just before that version was stored, or belongs to another track, where this costs one look.
    await cache.drop('behavioral_model', key);
    return read();
  }

  /** The one before stays in use when the newer one cannot be read. */
  private readOne(
    user: UserId,
    { modality, version, artefact }: Shelved,
    before: ReadyModel | undefined,
  ): ReadyModel | undefined {
    if (version === before?.version) return before;
    try {
      return parseShared(kindOf(modality), artefact);
    } catch (err) {
      this.needs.log.error({ user, modality, err }, 'a stored behaviour model cannot be read');
      return before;
    }
  }
}

/** Tells a shelf of every version that any process has stored, within about a second. */
export const followModels = (needs: {
  models: Pick<BehaviourModels, 'storedSince'>;
  shelf: Pick<ModelShelf, 'newer'>;
  clock: Clock;
  log: Log;
}): Following =>
  followChanges({
    ...needs,
    what: 'models of behaviour',
    since: (at) => needs.models.storedSince(at),
    mark: ({ userId, modality, version }) => `${userId} ${modality} ${version}`,
    madeAt: ({ storedAt }) => storedAt,
    changed: (news) => needs.shelf.newer(news),
  });

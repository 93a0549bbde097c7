// The models of behaviour that detection weighs by: parsed, in memory, refreshed without keeping anybody waiting.
import type { UserId } from '@verity/protocol/ids';
import type { Cache } from '@verity/domain/kernel/cache-ports';
import { parseModel, type BehaviourModel } from '@verity/domain/risk/behaviour-model';
import type { BehaviourModels, Modality } from '@verity/domain/risk/ports';
import type { Log } from './ports';

export const MODALITIES = ['keystroke', 'mouse'] as const satisfies Modality[];
export type ModelsOfUser = Record<Modality, BehaviourModel | null>;

interface Entry {
  models: ModelsOfUser;
  /** Monotonic ms. */
  readAt: number;
  reading: boolean;
}

export const modelCacheKey = (user: UserId, modality: Modality): string => `${user}:${modality}`;

export class ModelShelf {
  private readonly entries = new Map<UserId, Entry>();

  constructor(
    private readonly needs: { models: BehaviourModels; cache: Cache; log: Log },
    /** After so long the cache is asked for a newer version. */
    private readonly refreshMs = 30_000,
    private readonly limit = 10_000,
  ) {}

  /** The newest models of a person: waits only for the very first reading. */
  async of(user: UserId): Promise<ModelsOfUser> {
    const entry = this.entries.get(user);
    if (!entry) return this.read(user);
    if (performance.now() - entry.readAt < this.refreshMs) return entry.models;
    if (!entry.reading) {
      entry.reading = true;
      this.read(user).catch((err: unknown) => {
        entry.reading = false;
        this.needs.log.warn({ user, err }, 'a behaviour model could not be refreshed');
      });
    }
    return entry.models;
  }

  /** What is in memory, without waiting for anything. */
  peek(user: UserId): ModelsOfUser | null {
    return this.entries.get(user)?.models ?? null;
  }

  /** Has a person's models read again the next time: there is a newer one. */
  outdate(user: UserId): void {
    const entry = this.entries.get(user);
    if (entry) entry.readAt = Number.NEGATIVE_INFINITY;
  }

  private async read(user: UserId): Promise<ModelsOfUser> {
    const before = this.entries.get(user)?.models;
    const [keystroke, mouse] = await Promise.all(
      MODALITIES.map((modality) => this.newest(user, modality, before?.[modality] ?? null)),
    );
    const models = { keystroke: keystroke ?? null, mouse: mouse ?? null };
    this.entries.delete(user);
    this.entries.set(user, { models, readAt: performance.now(), reading: false });
    for (const oldest of this.entries.keys()) {
      if (this.entries.size <= this.limit) break;
      this.entries.delete(oldest);
    }
    return models;
  }

  private async newest(
    user: UserId,
    modality: Modality,
    before: BehaviourModel | null,
  ): Promise<BehaviourModel | null> {
    const stored = await this.needs.cache.through(
      'behavioral_model',
      modelCacheKey(user, modality),
      async () => {
        const record = await this.needs.models.newest(user, modality);
        return record && { version: record.version, artefact: record.artefact };
      },
    );
    if (!stored) return null;
    if (stored.version === before?.version) return before;
    try {
      return parseModel(stored.artefact);
    } catch (err) {
      this.needs.log.error({ user, modality, err }, 'a stored behaviour model cannot be read');
      return before;
    }
  }
}

// What the next version of a model is made of: what it knew, and those of the newer windows that the guard lets teach.
import type { ModelKind, ReadyModel } from './model-kind';
import type { ModelRecord, WindowRecord } from './ports';
import { guardUpdates } from './update-guard';

const DAY_MS = 86_400_000;
/** Of a model that knows enough: it is made anew after so long when there is anything new. */
const REFRESH_DAYS = 7;

/** Whether there is so much more to learn from that another model is worth its training. */
export function trainingDue(
  windows: number,
  trained: Pick<ModelRecord, 'windows' | 'trainedAt'> | null,
  now: Date,
  { windows: { first, most, every }, guard }: Pick<ModelKind, 'windows' | 'guard'>,
): boolean {
  if (!trained) return windows >= first;
  if (trained.windows < most && windows >= 2 * trained.windows) return true;
  // As many as a block always wait for the next one.
  if (windows >= trained.windows + every + (guard?.block ?? 0)) return true;
  const days = (now.getTime() - trained.trainedAt.getTime()) / DAY_MS;
  return windows > trained.windows && days >= REFRESH_DAYS;
}

/** How many of the newest windows to look at: those that are known, and twice what makes a training due. */
export const windowsToRead = ({
  windows: { most, every },
  guard,
}: Pick<ModelKind, 'windows' | 'guard'>): number => most + 2 * (every + (guard?.block ?? 0));

export interface Lesson {
  /** Oldest first; null when nothing new may teach. */
  learn: WindowRecord[] | null;
  /** What the model was made of, as far as it is still stored. */
  known: WindowRecord[];
  refused: WindowRecord[];
}

/** `records` are the newest of a person, oldest first; `before` is the model that they would teach, and read. */
export function lessonOf(
  kind: Pick<ModelKind, 'windows' | 'guard'>,
  before: { record: Pick<ModelRecord, 'learntTo' | 'windows'>; model: ReadyModel } | null,
  records: readonly WindowRecord[],
): Lesson {
  const { guard } = kind;
  const baseline = before?.model.baseline;
  const learntTo = before?.record.learntTo?.getTime();
  const known = records.filter(({ at }) => learntTo !== undefined && at.getTime() <= learntTo);
  if (
    !before ||
    !guard ||
    !baseline ||
    learntTo === undefined ||
    before.record.windows < guard.enrolled
  ) {
    return { learn: records.slice(-kind.windows.most), known, refused: [] };
  }
  const updates = records
    .filter(({ at }) => at.getTime() > learntTo)
    .map((record) => ({
      record,
      at: record.at.getTime(),
      features: Float64Array.from(record.features),
    }));
  const { taught, refused } = guardUpdates(baseline, updates, guard);
  return {
    known,
    learn:
      taught.length > 0
        ? [...known, ...taught.map(({ record }) => record)].slice(-kind.windows.most)
        : null,
    refused: refused.map(({ record }) => record),
  };
}

// What the next version of a model is made of: what it knew, and those of the newer windows that the guard lets teach.
import type { ModelKind, ReadyModel } from './model-kind';
import type { ModelRecord, WindowRecord } from './ports';
import { guardUpdates } from './update-guard';

/** Windows may wait for others to agree with them; so many more than are learnt from are looked at. */
export const MOST_PENDING = 100;

export interface Lesson {
  /** Oldest first; null when nothing new may teach. */
  learn: WindowRecord[] | null;
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
  if (
    !before ||
    !guard ||
    !baseline ||
    learntTo === undefined ||
    before.record.windows < guard.enrolled
  ) {
    return { learn: records.slice(-kind.windows.most), refused: [] };
  }
  const updates = records
    .filter(({ at }) => at.getTime() > learntTo)
    .map((record) => ({
      record,
      at: record.at.getTime(),
      features: Float64Array.from(record.features),
    }));
  const { taught, refused } = guardUpdates(baseline, updates, guard);
  const known = records.filter(({ at }) => at.getTime() <= learntTo);
  return {
    learn:
      taught.length > 0
        ? [...known, ...taught.map(({ record }) => record)].slice(-kind.windows.most)
        : null,
    refused: refused.map(({ record }) => record),
  };
}

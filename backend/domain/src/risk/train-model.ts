// Trains the model of one person, one way of behaving, in one track. Heavy on the processor: jobs do it in a thread.
import { Fault } from '@verity/protocol/faults';
import type { UserId } from '@verity/protocol/ids';
import type { Clock } from '../kernel/ports';
import { mayBeLearnt } from './learning-terms';
import { lessonOf, trainingDue, windowsToRead, type Lesson } from './lesson';
import type { ModelKind } from './model-kind';
import { kindOf } from './model-kinds';
import type {
  BehaviourModels,
  BehaviourWindows,
  Modality,
  ModelRecord,
  Terms,
  Track,
  WindowRecord,
} from './ports';
import { trainShared } from './shared-model';

export interface TrainingPorts {
  windows: Pick<BehaviourWindows, 'count' | 'ofUser' | 'ofOthers' | 'remove' | 'removeBefore'>;
  models: Pick<BehaviourModels, 'newest' | 'lastVersion' | 'add'>;
  terms: Pick<Terms, 'of'>;
  /** Drops what the shared cache holds of the person's models. */
  dropCached(user: UserId): Promise<void>;
  clock: Clock;
}

export interface Trainee {
  user: UserId;
  modality: Modality;
  track: Track;
}

/**
 * What makes a training worth its time. `due`: so much more to learn from (see `trainingDue`). `update`: anything new
 * that the guard lets teach a model that is there. `anewSince`: that the model is older than this.
 */
export type Occasion = 'due' | 'update' | { readonly anewSince: Date };

/**
 * `not-due`: by its occasion. `too-few`: windows for a first model. `nothing-new`: that may teach. `terms-changed`: what was
 * erased, disowned or run out while it was learnt is not kept. `overtaken`: somebody else stored that version first.
 */
export type TrainingOutcome =
  'trained' | 'not-due' | 'too-few' | 'nothing-new' | 'terms-changed' | 'overtaken';

export interface Training {
  outcome: TrainingOutcome;
  /** Windows that the guard has kept from the model; they were removed. */
  refused: number;
  /** Of what was trained: the version, and the windows behind it. */
  version?: number;
  windows?: number;
}

/** Done twice it counts once: the second time it is not due, or its version is taken. */
export async function trainModel(
  ports: TrainingPorts,
  { user, modality, track }: Trainee,
  occasion: Occasion,
  signal?: AbortSignal,
): Promise<Training> {
  const { windows, models } = ports;
  const kind = kindOf(modality);
  const agreed = await ports.terms.of(user);
  // Before the newest is read: of two that train at the same time, one then finds its version taken.
  const version = (await models.lastVersion(user, modality)) + 1;
  const before = await models.newest(user, modality, track);
  const count = (await windows.count(user, track))[modality] ?? 0;
  const now = ports.clock();
  if (!isWanted(occasion, before, count, now, kind)) return { outcome: 'not-due', refused: 0 };

  const stored = await windows.ofUser(user, modality, windowsToRead(kind), track);
  const records = stored.filter((record) => mayBeLearnt(agreed, record));
  const lesson = lessonOf(kind, before && readable(kind, before), records);
  const refused = lesson.refused.length;
  if (refused > 0) await windows.remove(lesson.refused.map(({ id }) => id));
  const learn = learnOn(occasion, lesson, before);
  if (!learn) return { outcome: 'nothing-new', refused };
  if (learn.length < kind.windows.first) return { outcome: 'too-few', refused };

  const others = kind.cohort ? await windows.ofOthers(user, modality, kind.cohort) : [];
  signal?.throwIfAborted();
  const task = {
    modality,
    version,
    now,
    before: before?.artefact ?? null,
    windows: featuresOf(learn),
    others: others.map(featuresOf),
    sittings: learn.map(({ sessionId }) => sessionId),
  };
  const artefact = agreed.household ? trainShared(kind, task) : kind.train(task);
  signal?.throwIfAborted();

  const { changedAt } = await ports.terms.of(user);
  if (changedAt.getTime() !== agreed.changedAt.getTime()) {
    return { outcome: 'terms-changed', refused };
  }
  try {
    await models.add({
      ...{ userId: user, modality, track, version, artefact },
      trainedAt: now,
      windows: learn.length,
      learntTo: learn.at(-1)?.at,
    });
  } catch (error) {
    if (!(error instanceof Fault && error.code === 'conflict')) throw error;
    return { outcome: 'overtaken', refused };
  }
  await ports.dropCached(user);
  const oldest = learn.length === kind.windows.most && learn[0];
  if (oldest) await windows.removeBefore(user, modality, oldest.at, track);
  return { outcome: 'trained', refused, version, windows: learn.length };
}

function isWanted(
  occasion: Occasion,
  before: ModelRecord | null,
  count: number,
  now: Date,
  kind: ModelKind,
): boolean {
  if (occasion === 'due') return trainingDue(count, before, now, kind);
  if (occasion === 'update') return before !== null;
  return before === null || before.trainedAt < occasion.anewSince;
}

/** Null when there is nothing to make a model of on this occasion. */
function learnOn(
  occasion: Occasion,
  { learn, known }: Lesson,
  before: ModelRecord | null,
): WindowRecord[] | null {
  if (occasion === 'due') return learn;
  if (occasion !== 'update') return learn ?? known;
  const newest = learn?.at(-1)?.at;
  const learntTo = before?.learntTo;
  return newest && (!learntTo || newest > learntTo) ? learn : null;
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

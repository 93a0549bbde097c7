// The model of an account that two people share: their windows are split in two, each half has a model of its own, and
// a window weighs what the milder of the two says. A stranger need only resemble one of them: see docs/models/behaviour.md.
import { Fault } from '@verity/protocol/faults';
import type { ModelState } from '@verity/protocol/risk/schemas';
import type { ModelKind, ModelTask, ReadyModel } from './model-kind';
import { twoMeans } from './two-means';

const FORMAT = 'verity-shared';

/** Trains two models, or one while the lesser of the two people has too few windows. */
export function trainShared(kind: ModelKind, task: ModelTask): string {
  const groups = twoMeans(task.windows);
  const halves = [false, true].map((which) => {
    const own = <T>(items: readonly T[]): T[] =>
      items.filter((_, index) => groups[index] === which);
    const sittings = task.sittings ? { sittings: own(task.sittings) } : {};
    return { ...task, windows: own(task.windows), ...sittings };
  });
  if (halves.some(({ windows }) => windows.length < kind.windows.first)) return kind.train(task);
  const models = halves.map((half) => kind.train(half));
  return JSON.stringify({ format: FORMAT, models });
}

/** Reads an artefact of one person or of two. Throws `invalid-input` like the kind itself. */
export function parseShared(kind: ModelKind, artefact: string): ReadyModel {
  const [one, other] = partsOf(artefact).map((part) => kind.parse(part));
  return one && other ? milder(one, other) : kind.parse(artefact);
}

/** What a stored model calls itself; `learning` too where this version of Verity cannot read it, and nothing is weighed. */
export function storedState(kind: ModelKind, artefact: string): ModelState {
  try {
    return parseShared(kind, artefact).state;
  } catch (error) {
    if (error instanceof Fault && error.code === 'invalid-input') return 'learning';
    throw error;
  }
}

/** The artefacts inside, none when it is of one person. Cheap for those: a mark at the very beginning tells. */
function partsOf(artefact: string): string[] {
  if (!artefact.startsWith(`{"format":"${FORMAT}"`)) return [];
  try {
    const { models } = JSON.parse(artefact) as { models?: unknown };
    return Array.isArray(models) ? models.filter((part) => typeof part === 'string') : [];
  } catch {
    // Half an artefact: the kind says so, in its own words.
    return [];
  }
}

const milder = (one: ReadyModel, other: ReadyModel): ReadyModel => ({
  modality: one.modality,
  version: one.version,
  trainedAt: one.trainedAt,
  windows: one.windows + other.windows,
  state: one.state === 'ready' && other.state === 'ready' ? 'ready' : 'learning',
  weigh(window) {
    const first = one.weigh(window);
    const second = other.weigh(window);
    return second.weight < first.weight ? second : first;
  },
});

// The kind of model whose windows are averages over free typing by class of key.
import { backgroundOf } from './background';
import {
  FIRST_WINDOWS,
  MOST_WINDOWS,
  parseModel,
  trainBehaviourModel,
  weighWindow,
  WINDOWS_NEEDED,
} from './behaviour-model';
import type { ModelKind } from './model-kind';

export const behaviourKind = (modality: 'keystroke'): ModelKind => ({
  source: modality,
  windows: { first: FIRST_WINDOWS, needed: WINDOWS_NEEDED[modality], most: MOST_WINDOWS },
  train: (task) =>
    JSON.stringify(trainBehaviourModel({ ...task, modality, background: backgroundOf(modality) })),
  parse(artefact) {
    const model = parseModel(artefact);
    return { ...model, weigh: (window) => weighWindow(model, window) };
  },
});

// The kind of model whose windows are actions of the mouse.
import type { ModelKind } from './model-kind';
import { shippedPeople } from './mouse-background';
import {
  COHORT,
  MOUSE_ACTIONS,
  MOUSE_GUARD,
  parseMouseModel,
  trainMouseModel,
} from './mouse-model';

export const mouseKind: ModelKind = {
  source: 'mouse',
  windows: MOUSE_ACTIONS,
  guard: MOUSE_GUARD,
  cohort: { people: COHORT.people, windows: COHORT.actions, least: COHORT.least },
  train: ({ windows, others = [], version, now, before = null }) =>
    JSON.stringify(
      trainMouseModel({
        windows,
        cohort: others,
        shipped: shippedPeople().map((person) => person.windows),
        version,
        now,
        before,
      }),
    ),
  parse: parseMouseModel,
};

// The kind of model that knows free typing by class of key.
import type { ModelKind } from './model-kind';
import { shippedTyping } from './typing-background';
import { parseTyping, trainTyping, TYPING_GUARD, TYPING_WINDOWS } from './typing-model';

export const typingKind: ModelKind = {
  source: 'keystroke',
  windows: TYPING_WINDOWS,
  guard: TYPING_GUARD,
  train: (task) => JSON.stringify(trainTyping(task, shippedTyping())),
  parse: (artefact) => parseTyping(artefact, shippedTyping()),
};

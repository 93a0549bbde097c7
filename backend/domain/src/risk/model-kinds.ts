// Every kind of behaviour model, by what its windows are of.
import { Fault } from '@verity/protocol/faults';
import type { Modality } from '../kernel/behaviour-features';
import type { ModelKind } from './model-kind';
import { mouseKind } from './mouse-kind';
import { phraseKind } from './phrase-model';
import { typingKind } from './typing-kind';

export const MODEL_KINDS: Readonly<Record<string, ModelKind>> = {
  keystroke: typingKind,
  mouse: mouseKind,
  phrase: phraseKind,
};

/** Throws `invalid-input` for a modality that only another version of Verity knows. */
export function kindOf(modality: Modality): ModelKind {
  const family = modality.split(':', 1)[0] as string;
  const kind = Object.hasOwn(MODEL_KINDS, family) ? MODEL_KINDS[family] : undefined;
  if (kind) return kind;
  throw new Fault('invalid-input', `No kind of model learns windows of "${modality}".`, {
    fix: 'Update Verity to the version that stored them.',
  });
}

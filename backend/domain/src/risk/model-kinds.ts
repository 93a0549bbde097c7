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

const familyOf = (modality: Modality): string => modality.split(':', 1)[0] as string;

/** False for a modality that only another version of Verity knows. */
export const isKnown = (modality: Modality): boolean =>
  Object.hasOwn(MODEL_KINDS, familyOf(modality));

/** Throws `invalid-input` for a modality that is not known. */
export function kindOf(modality: Modality): ModelKind {
  const kind = isKnown(modality) ? MODEL_KINDS[familyOf(modality)] : undefined;
  if (kind) return kind;
  throw new Fault('invalid-input', `No kind of model learns windows of "${modality}".`, {
    fix: 'Update Verity to the version that stored them.',
  });
}

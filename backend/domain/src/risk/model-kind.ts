// What a kind of behaviour model is: how it learns the windows of one modality, is read back, and weighs.
import type { Source, ModelState } from '@verity/protocol/risk/schemas';
import type { Modality } from '../kernel/behaviour-features';
import type { Baseline, GuardRules } from './update-guard';

export interface ModelTask {
  modality: Modality;
  /** Of one person, oldest first, one number per feature. */
  windows: readonly Float64Array[];
  /** The same of other people of this installation, person by person, for kinds that name a `cohort`. */
  others?: readonly (readonly Float64Array[])[];
  /** Which session each window comes from, where that is known: days differ more than minutes. */
  sittings?: readonly string[];
  /** Of the person's model of this modality, from 1. */
  version: number;
  now: Date;
  /** The artefact of the version before, null for the first: where a model came from bounds how far it may go. */
  before?: string | null;
}

export interface Weighed {
  /** Natural log-odds that a stranger made the window rather than the person; an observation of mode `add`. */
  weight: number;
  /** In words for the person. */
  value: string;
}

/** A model read back, ready to weigh windows of its modality. */
export interface ReadyModel {
  readonly modality: Modality;
  readonly version: number;
  readonly trainedAt: Date;
  /** Windows that it was trained on. */
  readonly windows: number;
  readonly state: ModelState;
  /** What updates are compared with; without it a kind cannot be guarded. */
  readonly baseline?: Baseline;
  /** Throws `invalid-input` when the window has another number of features than the model. */
  weigh(window: Float64Array): Weighed;
}

export interface ModelKind {
  /** The source of evidence that its weights count for. */
  readonly source: Source & ('keystroke' | 'mouse');
  /**
   * Windows that make a first model, that make it `ready`, and the newest that are learnt from at all. A model is made
   * anew after `every` more, so that it follows its person.
   */
  readonly windows: {
    readonly first: number;
    readonly needed: number;
    readonly most: number;
    readonly every: number;
  };
  /** What a model may learn once it is enrolled; without it everything that sessions teach. */
  readonly guard?: GuardRules;
  /** Other people to learn from: so many, at most so many of the newest windows of each, who have at least so many. */
  readonly cohort?: { readonly people: number; readonly windows: number; readonly least: number };
  /** The artefact as JSON; the same task makes the same one. Throws `invalid-input` when the windows are too few or do not fit. */
  train(task: ModelTask): string;
  /** Throws `invalid-input` when the artefact is truncated, foreign, or of another format or feature set. */
  parse(artefact: string): ReadyModel;
}

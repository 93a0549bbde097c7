// Cuts the behaviour of a session into windows and measures each: a small state, a batch in, finished windows out.
import type { BehavioralData } from '@verity/protocol/telemetry/schemas';
import type { BehaviourWindow } from '../kernel/behaviour-features';
import { addKeystrokes } from './keystroke-window';
import { addMouse, newMouseSums } from './mouse-window';
import { addPhraseKeys } from './phrase-window';

export { FEATURES, KEYSTROKE_FEATURES, MOUSE_FEATURES } from '../kernel/behaviour-features';
export type { BehaviourWindow } from '../kernel/behaviour-features';

/** What is remembered of a session between batches. JSON, under 2 kB; never which keys, only classes and times. */
export interface WindowState {
  /** Epoch ms that the times in `keys` count from. */
  keysFrom: number;
  /** Epoch ms of the last automatic repeat, 0 when none. */
  repeatAt: number;
  /** The open keystroke window: class code, press and hold in ms, three numbers a keystroke, by time of press. */
  keys: number[];
  /** The open mouse window as running sums; the slots are named in mouse-window.ts. */
  mouse: number[];
  /** The open repetition of a fixed text: its number, and three numbers a keystroke as phrase-window.ts has them. */
  text: number;
  phrase: number[];
}

export const newWindowState = (): WindowState => ({
  keysFrom: 0,
  repeatAt: 0,
  keys: [],
  mouse: newMouseSums(),
  text: 0,
  phrase: [],
});

export type BehaviourBatch = Pick<
  BehavioralData,
  'started_at' | 'keystrokes' | 'mouseMovements' | 'clicks'
>;

/**
 * Takes a batch in and gives the windows that it finished, oldest first in each modality. The state passed in is left
 * as it was. No input, however absurd its times, throws or yields an infinite feature.
 */
export function advance(
  state: WindowState,
  batch: BehaviourBatch,
): { state: WindowState; windows: BehaviourWindow[] } {
  const next: WindowState = {
    keysFrom: state.keysFrom,
    repeatAt: state.repeatAt,
    keys: batch.keystrokes.length > 0 ? state.keys.slice() : state.keys,
    mouse:
      batch.mouseMovements.length + batch.clicks.length > 0 ? state.mouse.slice() : state.mouse,
    text: state.text,
    phrase: batch.keystrokes.length > 0 ? state.phrase.slice() : state.phrase,
  };
  const windows: BehaviourWindow[] = [];
  if (batch.keystrokes.length > 0) addKeystrokes(next, batch.started_at, batch.keystrokes, windows);
  addPhraseKeys(next, batch.started_at, batch.keystrokes, windows);
  if (next.mouse !== state.mouse) {
    addMouse(next.mouse, batch.started_at, batch.mouseMovements, batch.clicks, windows);
  }
  return { state: next, windows };
}

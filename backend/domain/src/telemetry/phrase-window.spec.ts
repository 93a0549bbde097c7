// Specs of the phrase window: what is one repetition, and what is none.
import { describe, expect, it } from 'vitest';
import { FIXED_TEXT_BASE, TEXT_SPAN } from '@verity/protocol/telemetry/schemas';
import { phraseFeatures } from '../kernel/phrase-features';
import { PHRASE_PAUSE_MS } from './phrase-window';
import { advance, newWindowState, type BehaviourWindow, type WindowState } from './windows';

const START = 1_700_000_000_000;
type Key = [number, number, number];
/** A text of so many keys, 150 ms apart, held for 90 ms. */
const text = (length: number, from = 0, number = 0): Key[] =>
  Array.from({ length }, (_, i) => [number * TEXT_SPAN + FIXED_TEXT_BASE + i, from + 150 * i, 90]);
function typed(...batches: Key[][]): { windows: BehaviourWindow[]; state: WindowState } {
  let state = newWindowState();
  const windows: BehaviourWindow[] = [];
  batches.forEach((keystrokes, i) => {
    const step = advance(state, {
      started_at: START + i * 1000,
      keystrokes,
      mouseMovements: [],
      clicks: [],
    });
    state = step.state;
    windows.push(...step.windows.filter(({ modality }) => modality.startsWith('phrase:')));
  });
  return { windows, state };
}
const AFTER: Key = [0, 4000, 80];

describe('phrase windows', () => {
  it('measures a repetition when another key ends it', () => {
    const { windows, state } = typed([...text(8), AFTER]);
    expect(windows).toHaveLength(1);
    expect(windows[0]).toMatchObject({ modality: 'phrase:0.8.0', at: START + 7 * 150 });
    const expected = phraseFeatures(new Array<number>(8).fill(90), new Array<number>(7).fill(150));
    expect(windows[0]?.features).toEqual(expected);
    expect(state.phrase).toEqual([]);
  });

  it('ends with the text begun again, with another text, or with a pause', () => {
    expect(typed([...text(8), ...text(8, 2000)]).windows).toHaveLength(1);
    expect(typed([...text(8), ...text(9, 2000, 5), AFTER]).windows.map((w) => w.modality)).toEqual([
      'phrase:0.8.0',
      'phrase:5.9.0',
    ]);
    const later = typed(text(8), [], [], [], [], [], [], []);
    expect(later.windows).toHaveLength(1);
    expect(PHRASE_PAUSE_MS).toBeLessThan(7000);
  });

  it('is the same however the keys are spread over batches and whichever was released first', () => {
    const keys = text(8);
    const late = keys.slice(4).map(([code, down, hold]): Key => [code, down - 1000, hold]);
    const [whole] = typed([...keys, AFTER]).windows;
    const [parts] = typed(keys.slice(0, 4), [...late, AFTER]).windows;
    expect(parts).toEqual(whole);
    const swapped = [keys[1]!, keys[0]!, ...keys.slice(2)];
    expect(typed([...swapped, AFTER]).windows[0]).toEqual(whole);
  });

  it('knows a modifier by the position that it shares, as a text typed in another way', () => {
    const keys = text(8);
    const shift: Key = [FIXED_TEXT_BASE + 3, 3 * 150 - 60, 200];
    const { windows } = typed([...keys, shift, AFTER]);
    expect(windows[0]?.modality).toBe(`phrase:0.9.${(8).toString(36)}`);
  });

  it.each([
    ['a correction', [...text(5), [FIXED_TEXT_BASE + 3, 900, 80], ...text(8, 1000).slice(3)]],
    ['a jump', [...text(4), ...text(9, 100).slice(6)]],
    ['a beginning in the midst', text(9).slice(2)],
    [
      'three keys at one place',
      [...text(5), ...[1, 2].map((i) => [FIXED_TEXT_BASE + 4, 600 + i, 80])],
    ],
    ['a key held for ages', [...text(7), [FIXED_TEXT_BASE + 7, 1100, 9000]]],
    ['a hold of nothing', [...text(7), [FIXED_TEXT_BASE + 7, 1100, 0]]],
    ['too few keys', text(3)],
    ['too many keys', text(60)],
    ['a clock that jumps back', [...text(3), ...text(9, -90_000).slice(3)]],
  ] as [string, Key[]][])('takes no repetition from %s', (_, keys) => {
    expect(typed([...keys, [0, 20_000, 80]]).windows).toEqual([]);
  });
});

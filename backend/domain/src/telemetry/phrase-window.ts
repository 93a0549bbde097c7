// The phrase window: one repetition of a fixed text, known by the positions of its keys, measured key by key.
import { FIXED_TEXT_BASE, TEXT_SPAN } from '@verity/protocol/telemetry/schemas';
import type { BehaviourWindow } from '../kernel/behaviour-features';
import { PHRASE_KEYS, phraseFeatures } from '../kernel/phrase-features';

/** A pause so long ends the repetition. */
export const PHRASE_PAUSE_MS = 5_000;
/** A held key that repeats, or hold times that no hand makes, spoil a repetition. */
const LONGEST_HOLD_MS = 2_000;
/** A key and a modifier before it fall on one position; more do not. */
const MOST_AT_A_POSITION = 2;
const PLACES = 3;

interface OpenPhrase {
  /** Number of the text. */
  text: number;
  /** Position, press in epoch ms and hold in ms, three numbers a keystroke, by time of press. */
  phrase: number[];
}

/**
 * Adds the keystrokes of a batch to the open repetition in place and pushes those that ended: with a key outside the
 * text, with the text begun again, or with a pause. `now` is the time up to which the batch tells what happened.
 */
export function addPhraseKeys(
  open: OpenPhrase,
  startedAt: number,
  keystrokes: readonly (readonly [number, number, number])[],
  windows: BehaviourWindow[],
): void {
  const keys = keystrokes
    .map(([code, down, hold]) => ({
      text: Math.floor(code / TEXT_SPAN),
      position: (code % TEXT_SPAN) - FIXED_TEXT_BASE,
      press: startedAt + down,
      hold,
    }))
    .filter(({ press, hold }) => Number.isFinite(press) && Number.isFinite(hold) && hold >= 0)
    // They arrive in the order of their releases.
    .sort((a, b) => a.press - b.press);
  for (const { text, position, press, hold } of keys) {
    const { phrase } = open;
    const last = phrase.length > 0 ? (phrase[phrase.length - 2] as number) : press;
    const begun = position === 0 && startsAnew(phrase);
    const elsewhere = position < 0 || text !== open.text;
    if (elsewhere || begun || Math.abs(press - last) > PHRASE_PAUSE_MS) end(open, windows);
    open.text = text;
    if (position >= 0) insertByPress(open.phrase, position, press, hold);
    if (open.phrase.length > PHRASE_KEYS.most * PLACES) open.phrase.length = 0;
  }
  if (startedAt - (open.phrase.at(-2) ?? startedAt) > PHRASE_PAUSE_MS) end(open, windows);
}

/** Position 0 after any later position begins the text again; a modifier and the first key share it. */
const startsAnew = (phrase: readonly number[]): boolean =>
  phrase.length > 0 && (phrase[phrase.length - PLACES] as number) > 0;

function insertByPress(phrase: number[], position: number, press: number, hold: number): void {
  let place = phrase.length;
  while (place > 0 && (phrase[place - 2] as number) > press) place -= PLACES;
  phrase.splice(place, 0, position, press, hold);
}

function end(open: OpenPhrase, windows: BehaviourWindow[]): void {
  const { phrase } = open;
  open.phrase = [];
  const count = phrase.length / PLACES;
  if (count < PHRASE_KEYS.least || count > PHRASE_KEYS.most) return;
  const holds: number[] = [];
  const steps: number[] = [];
  const positions: number[] = [];
  for (let i = 0; i < phrase.length; i += PLACES) {
    positions.push(phrase[i] as number);
    holds.push(phrase[i + 2] as number);
    if (i > 0) steps.push((phrase[i + 1] as number) - (phrase[i - 2] as number));
  }
  if (!isWhole(positions) || holds.some((hold) => hold <= 0 || hold > LONGEST_HOLD_MS)) return;
  windows.push({
    modality: `phrase:${open.text}.${count}.${patternOf(positions)}`,
    at: phrase[phrase.length - 2] as number,
    features: phraseFeatures(holds, steps),
  });
}

/** From the first position to the last without a correction, a jump or a gap. */
function isWhole(positions: readonly number[]): boolean {
  let here = 0;
  return positions.every((position, i) => {
    here = i > 0 && position === positions[i - 1] ? here + 1 : 1;
    return (
      here <= MOST_AT_A_POSITION &&
      (i === 0 ? position === 0 : position - (positions[i - 1] as number) <= 1) &&
      (i === 0 || position >= (positions[i - 1] as number))
    );
  });
}

/** Where modifiers were pressed, as a number in base 36: another way to type the text has another model. */
function patternOf(positions: readonly number[]): string {
  let pattern = 0;
  positions.forEach((position, i) => {
    if (i > 0 && position === positions[i - 1]) pattern += 2 ** position;
  });
  return pattern.toString(36);
}

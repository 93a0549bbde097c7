// The features of a window of typing: times by class of key and by pair of classes, rhythm, and how often each was seen.
import type { Feature } from './feature';

/** Kinds of key whose hold times are told apart: the ending of the feature's name, and words. */
export const HOLD_KINDS = [
  ['left', 'left-hand letters'],
  ['right', 'right-hand letters'],
  ['space', 'space bars'],
  ['delete', 'delete keys'],
  ['modifier', 'shift keys'],
  ['rest', 'digits and signs'],
] as const;

/** Kinds of step from one key to the next. */
export const STEP_KINDS = [
  ['left_left', 'between left-hand letters'],
  ['left_right', 'from left to right hand'],
  ['right_left', 'from right to left hand'],
  ['right_right', 'between right-hand letters'],
  ['left_space', 'from left hand to space'],
  ['right_space', 'from right hand to space'],
  ['space_left', 'from space to left hand'],
  ['space_right', 'from space to right hand'],
  ['to_delete', 'before correcting'],
  ['delete_delete', 'while deleting'],
  ['after_delete', 'after correcting'],
  ['to_modifier', 'before shift'],
  ['after_modifier', 'after shift'],
  ['rest', 'around digits and signs'],
] as const;

const hold = ([name, keys]: readonly [string, string]): Feature => ({
  name: `hold_${name}`,
  unit: 'ln ms',
  about: `Mean time that ${keys} are held`,
  above: `${keys} held longer than you do`,
  below: `${keys} held shorter than you do`,
});
const down = (name: string, where: string): Feature => ({
  name: `dd_${name}`,
  unit: 'ln ms',
  about: `Mean time from press to press ${where}`,
  above: `slower ${where}`,
  below: `faster ${where}`,
});
const up = ([name, where]: readonly [string, string]): Feature => ({
  name: `ud_${name}`,
  unit: 'asinh(ms/50)',
  about: `Mean time from release to next press ${where}; negative when the keys overlap`,
  above: `longer gaps ${where}`,
  below: `shorter gaps ${where}`,
});
const count = (name: string, about: string): Feature => ({
  name: `n_${name}`,
  unit: 'count',
  about,
});

const RHYTHM: readonly Feature[] = [
  {
    name: 'hold_spread',
    unit: 'ln',
    about: 'Logarithm of the standard deviation of ln hold time, plus 0.02',
    above: 'keys held less evenly than you do',
    below: 'keys held more evenly than you do',
  },
  {
    name: 'dd_spread',
    unit: 'ln',
    about: 'Logarithm of the standard deviation of ln press to press, plus 0.02',
    above: 'a less even rhythm than yours',
    below: 'a more even rhythm than yours',
  },
  {
    name: 'overlap_share',
    unit: 'share',
    about: 'Share of keys pressed before the one before was released',
    above: 'more keys pressed at once than you do',
    below: 'fewer keys pressed at once than you do',
  },
  { ...down('fast', 'in your fastest strokes'), about: 'Tenth percentile of press to press' },
  { ...down('median', 'between keys'), about: 'Median of press to press' },
  { ...down('slow', 'in your slowest strokes'), about: 'Ninetieth percentile of press to press' },
  {
    name: 'pause_share',
    unit: 'share',
    about: 'Share of presses that come more than 600 ms after the one before',
    above: 'more pauses than you make',
    below: 'fewer pauses than you make',
  },
  {
    name: 'correction_share',
    unit: 'share',
    about: 'Share of keys that delete',
    above: 'more corrections than you make',
    below: 'fewer corrections than you make',
  },
  {
    name: 'rhythm_memory',
    unit: 'correlation',
    about: 'Of a press to press with the one before',
  },
  {
    name: 'hold_and_step',
    unit: 'correlation',
    about: 'Of the hold time of a key with the press to press that leads to it',
  },
  {
    name: 'hold_memory',
    unit: 'correlation',
    about: 'Of the hold time of a key with that of the key before',
  },
  {
    name: 'ud_spread',
    unit: 'asinh(ms/50)',
    about: 'Standard deviation of release to next press between letters',
    above: 'less even gaps between letters than yours',
    below: 'more even gaps between letters than yours',
  },
  {
    name: 'pace',
    unit: 'ln ms',
    about: 'Mean press to press, pauses counted as 2 s at most',
    above: 'slower typing than yours',
    below: 'faster typing than yours',
  },
];

/** Of 25 steps from key to key. The counts come last: they say how well each mean is known. */
export const KEYSTROKE_FEATURES: readonly Feature[] = [
  ...HOLD_KINDS.map(hold),
  ...STEP_KINDS.map(up),
  ...RHYTHM,
  ...STEP_KINDS.map(([name, where]) => down(name, where)),
  ...HOLD_KINDS.map(([name, keys]) => count(`hold_${name}`, `Presses of ${keys} that were timed`)),
  ...STEP_KINDS.map(([name, where]) => count(name, `Steps ${where} that were timed`)),
];

/** The features before the counts: those that tell people apart. */
export const KEYSTROKE_MEASURES = HOLD_KINDS.length + 2 * STEP_KINDS.length + RHYTHM.length;

/**
 * The first of them, from which the others nearly follow: press to press is hold time plus release to press. Models
 * that need the covariance of measures take only these.
 */
export const FREE_MEASURES = KEYSTROKE_MEASURES - STEP_KINDS.length;

/** For each measure the place of its count, or -1 where a window measures it once. */
export const COUNT_OF_MEASURE: Int8Array = Int8Array.from([
  ...HOLD_KINDS.map((_, kind) => KEYSTROKE_MEASURES + kind),
  ...STEP_KINDS.map((_, kind) => KEYSTROKE_MEASURES + HOLD_KINDS.length + kind),
  ...RHYTHM.map(() => -1),
  ...STEP_KINDS.map((_, kind) => KEYSTROKE_MEASURES + HOLD_KINDS.length + kind),
]);

// The features of a window of behaviour: the order, units and words that telemetry and risk share.

export interface Feature {
  name: string;
  unit: string;
  about: string;
  /** What a value above, and below, the usual one means to the person. Without words it is never named as a reason. */
  above?: string;
  below?: string;
}

const hold = (name: string, keys: string): Feature => ({
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
const up = (name: string, where: string): Feature => ({
  name: `ud_${name}`,
  unit: 'asinh(ms/50)',
  about: `Mean time from release to next press ${where}; negative when the keys overlap`,
  above: `longer gaps ${where}`,
  below: `shorter gaps ${where}`,
});

/** Of about 25 keystrokes in the order of time. */
export const KEYSTROKE_FEATURES: readonly Feature[] = [
  hold('left', 'left-hand letters'),
  hold('right', 'right-hand letters'),
  hold('space', 'space bars'),
  hold('delete', 'delete keys'),
  hold('modifier', 'shift keys'),
  hold('rest', 'digits and signs'),
  { ...hold('all', 'keys'), about: 'Mean time that any key but a modifier is held' },
  {
    name: 'hold_spread',
    unit: 'ln ms',
    about: 'Standard deviation of the hold times, modifiers left out',
    above: 'keys held less evenly than you do',
    below: 'keys held more evenly than you do',
  },
  down('left_left', 'between left-hand letters'),
  down('left_right', 'from left to right hand'),
  down('right_left', 'from right to left hand'),
  down('right_right', 'between right-hand letters'),
  down('letter_space', 'before a space'),
  down('space_letter', 'after a space'),
  down('to_delete', 'before correcting'),
  down('delete_delete', 'while deleting'),
  down('rest', 'around digits and signs'),
  { ...down('fast', 'in your fastest strokes'), about: 'Tenth percentile of press to press' },
  { ...down('median', 'between keys'), about: 'Median of press to press' },
  { ...down('slow', 'in your slowest strokes'), about: 'Ninetieth percentile of press to press' },
  {
    name: 'dd_spread',
    unit: 'ln ms',
    about: 'Standard deviation of press to press',
    above: 'a less even rhythm than yours',
    below: 'a more even rhythm than yours',
  },
  up('left_left', 'between left-hand letters'),
  up('left_right', 'from left to right hand'),
  up('right_left', 'from right to left hand'),
  up('right_right', 'between right-hand letters'),
  up('letter_space', 'before a space'),
  up('space_letter', 'after a space'),
  {
    name: 'overlap_share',
    unit: 'share',
    about: 'Share of keys pressed before the one before was released',
    above: 'more keys pressed at once than you do',
    below: 'fewer keys pressed at once than you do',
  },
  {
    name: 'rhythm_memory',
    unit: 'correlation',
    about: 'Autocorrelation of press to press at lag 1',
  },
  {
    name: 'pause_share',
    unit: 'share',
    about: 'Share of presses that come more than 600 ms after the one before',
    above: 'more pauses than you make',
    below: 'fewer pauses than you make',
  },
  {
    name: 'burst_length',
    unit: 'ln keys',
    about: 'Mean number of keys between two pauses of more than 600 ms',
    above: 'longer bursts than yours',
    below: 'shorter bursts than yours',
  },
  {
    name: 'correction_share',
    unit: 'share',
    about: 'Share of keys that delete',
    above: 'more corrections than you make',
    below: 'fewer corrections than you make',
  },
];

/** Of about 150 movement points in the order of time. Distances in CSS pixels. */
export const MOUSE_FEATURES: readonly Feature[] = [
  {
    name: 'speed',
    unit: 'ln px/s',
    about: 'Mean speed while moving',
    above: 'a faster pointer than yours',
    below: 'a slower pointer than yours',
  },
  {
    name: 'speed_spread',
    unit: 'ln px/s',
    about: 'Standard deviation of the speed',
    above: 'a less even pointer speed than yours',
    below: 'a more even pointer speed than yours',
  },
  { name: 'speed_peak', unit: 'ln px/s', about: 'Mean of the highest speed of each stroke' },
  {
    name: 'acceleration',
    unit: 'ln px/s²',
    about: 'Mean size of the change of speed',
    above: 'a jerkier pointer than yours',
    below: 'a smoother pointer than yours',
  },
  { name: 'jerk', unit: 'ln px/s³', about: 'Mean size of the change of acceleration' },
  {
    name: 'curvature',
    unit: 'rad',
    about: 'Mean turn between one movement and the next',
    above: 'more curved movements than yours',
    below: 'straighter movements than yours',
  },
  { name: 'curvature_spread', unit: 'rad', about: 'Standard deviation of the turns' },
  {
    name: 'straightness',
    unit: 'share',
    about: 'Way as the crow flies through way travelled, mean over strokes',
    above: 'more direct movements than yours',
    below: 'less direct movements than yours',
  },
  {
    name: 'stroke_length',
    unit: 'ln px',
    about: 'Mean way of a stroke, which a pause of 200 ms ends',
    above: 'longer movements than yours',
    below: 'shorter movements than yours',
  },
  { name: 'stroke_time', unit: 'ln ms', about: 'Mean duration of a stroke' },
  {
    name: 'pause',
    unit: 'ln ms',
    about: 'Mean pause between strokes',
    above: 'longer pauses between movements than yours',
    below: 'shorter pauses between movements than yours',
  },
  {
    name: 'click_hold',
    unit: 'ln ms',
    about: 'Mean time that a button is held in a click',
    above: 'clicks held longer than you do',
    below: 'clicks held shorter than you do',
  },
  {
    name: 'drag_share',
    unit: 'share',
    about: 'Share of presses held for 300 ms or more',
  },
];

export const FEATURES = { keystroke: KEYSTROKE_FEATURES, mouse: MOUSE_FEATURES } as const;

export type FeatureModality = keyof typeof FEATURES;

/** What a window is of, and so what a model of a person is about: free typing, the mouse, or one fixed text by its id. */
export type Modality = FeatureModality | `phrase:${string}`;

/** A finished window: one number per feature of its modality, NaN where nothing of the kind was seen. */
export interface BehaviourWindow {
  modality: Modality;
  /** Epoch milliseconds of its last event. */
  at: number;
  features: Float64Array;
}

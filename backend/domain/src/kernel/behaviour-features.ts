// The features of a window of behaviour: the order, units and words that telemetry and risk share.
import type { Feature } from './feature';
import { KEYSTROKE_FEATURES } from './keystroke-features';

export type { Feature } from './feature';
export { KEYSTROKE_FEATURES } from './keystroke-features';

/** Of one action: a movement, a movement that ends in a click, or a drag. Distances in CSS pixels. */
export const MOUSE_FEATURES: readonly Feature[] = [
  { name: 'kind', unit: 'code', about: 'A movement is 0, one that ends in a click 1, a drag 2' },
  {
    name: 'time',
    unit: 'ln ms',
    about: 'Duration of the movement',
    above: 'movements that take longer than yours',
    below: 'shorter movements in time than yours',
  },
  {
    name: 'way',
    unit: 'ln px',
    about: 'Way travelled',
    above: 'longer ways than yours',
    below: 'shorter ways than yours',
  },
  { name: 'distance', unit: 'ln px', about: 'Way from beginning to end as the crow flies' },
  {
    name: 'straightness',
    unit: 'share',
    about: 'Distance through way travelled',
    above: 'straighter than yours',
    below: 'less straight than yours',
  },
  { name: 'heading_x', unit: 'cosine', about: 'Direction from beginning to end, to the right' },
  { name: 'heading_y', unit: 'cosine', about: 'Direction from beginning to end, downwards' },
  {
    name: 'speed',
    unit: 'ln px/s',
    about: 'Way through duration',
    above: 'faster than yours',
    below: 'slower than yours',
  },
  {
    name: 'speed_spread',
    unit: 'ln px/s',
    about: 'Standard deviation of the speed',
    above: 'a less even speed than yours',
    below: 'a more even speed than yours',
  },
  { name: 'speed_peak', unit: 'ln px/s', about: 'Highest speed' },
  { name: 'speed_first', unit: 'ln px/s', about: 'Speed of the first step' },
  { name: 'speed_last', unit: 'ln px/s', about: 'Speed of the last step' },
  { name: 'peak_at', unit: 'share', about: 'When the highest speed comes, of the duration' },
  {
    name: 'acceleration',
    unit: 'ln px/s²',
    about: 'Mean size of the change of speed',
    above: 'jerkier than yours',
    below: 'smoother than yours',
  },
  { name: 'speeding_up', unit: 'ln px/s²', about: 'Mean gain of speed where there is one' },
  { name: 'slowing_down', unit: 'ln px/s²', about: 'Mean loss of speed where there is one' },
  { name: 'jerk', unit: 'ln px/s³', about: 'Mean size of the change of acceleration' },
  {
    name: 'turn',
    unit: 'rad',
    about: 'Mean turn between one step and the next',
    above: 'more curved than yours',
    below: 'less curved than yours',
  },
  { name: 'turn_sum', unit: 'rad', about: 'Sum of all turns, those to the right positive' },
  { name: 'sharp_share', unit: 'share', about: 'Share of turns of more than 90 degrees' },
  { name: 'turn_rate', unit: 'ln rad/s', about: 'Mean speed of turning' },
  { name: 'curvature', unit: 'ln rad/px', about: 'Mean turn through way' },
  {
    name: 'bow',
    unit: 'share',
    about: 'Area between path and straight line, of the distance squared',
  },
  { name: 'speed_x', unit: 'ln px/s', about: 'Way from side to side through duration' },
  { name: 'speed_y', unit: 'ln px/s', about: 'Way up and down through duration' },
  { name: 'axis_share', unit: 'share', about: 'Share of steps that are level or upright' },
  { name: 'back_x', unit: 'share', about: 'Share of steps that turn back from side to side' },
  { name: 'back_y', unit: 'share', about: 'Share of steps that turn back up or down' },
  {
    name: 'pause',
    unit: 'ln ms',
    about: 'Rest since the action before, 10 s at most',
    above: 'longer pauses before moving than yours',
    below: 'shorter pauses before moving than yours',
  },
  {
    name: 'settle',
    unit: 'ln ms',
    about: 'Rest between the last step and the press',
    above: 'a longer wait before clicking than yours',
    below: 'a shorter wait before clicking than yours',
  },
  {
    name: 'click_hold',
    unit: 'ln ms',
    about: 'Time that the button is held',
    above: 'clicks held longer than you do',
    below: 'clicks held shorter than you do',
  },
  { name: 'click_gap', unit: 'ln ms', about: 'Time since the release before, 5 s at most' },
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

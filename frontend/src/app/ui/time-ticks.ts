// The moments that stand under a chart.
import { clockTime } from '../core/format';
import { type Box, xOf } from './polyline';

export interface TimeTick {
  x: number;
  text: string;
  anchor: 'start' | 'middle' | 'end';
}

const MINUTE_MS = 60_000;
const MIDDLE_FROM_MS = 120_000;
const MIDDLE_FROM_WIDTH = 240;

/** Both ends, and the middle where there is room and it says another time; the end alone of a single moment. */
export function timeTicks(box: Box): TimeTick[] {
  const { from, to, width } = box;
  const end: TimeTick = { x: width, text: clockTime(to), anchor: 'end' };
  if (to <= from) return [end];
  const ends: TimeTick[] = [{ x: 0, text: clockTime(from), anchor: 'start' }, end];
  if (to - from <= MIDDLE_FROM_MS || width <= MIDDLE_FROM_WIDTH) return ends;
  // On the minute that it names.
  const middle = Math.round((from + to) / 2 / MINUTE_MS) * MINUTE_MS;
  return [...ends, { x: xOf(middle, box), text: clockTime(middle), anchor: 'middle' }];
}

// The moments that stand under a chart.
import { clockTime } from '../core/format';
import type { Box } from './polyline';

export interface TimeTick {
  x: number;
  text: string;
  anchor: 'start' | 'middle' | 'end';
}

const MIDDLE_FROM_MS = 120_000;
const MIDDLE_FROM_WIDTH = 240;

/** Both ends, and the middle where there is room and it says another time; the end alone of a single moment. */
export function timeTicks({ from, to, width }: Box): TimeTick[] {
  const end: TimeTick = { x: width, text: clockTime(to), anchor: 'end' };
  if (to <= from) return [end];
  const ends: TimeTick[] = [{ x: 0, text: clockTime(from), anchor: 'start' }, end];
  if (to - from <= MIDDLE_FROM_MS || width <= MIDDLE_FROM_WIDTH) return ends;
  return [...ends, { x: width / 2, text: clockTime((from + to) / 2), anchor: 'middle' }];
}

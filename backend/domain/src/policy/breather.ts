// Long work that lets others have their turn: after so many ticks judged, some ten milliseconds of it.
import type { PreparedSession } from './replay';

const TICKS_AT_ONCE = 2_000;

export type Breathe = () => Promise<void>;

/** To be told of each session that was judged, `times` over. */
export function breather(breathe: Breathe) {
  let ticks = 0;
  return async (session: PreparedSession, times = 1): Promise<void> => {
    ticks += session.ticks.length * times;
    if (ticks < TICKS_AT_ONCE) return;
    ticks = 0;
    await breathe();
  };
}

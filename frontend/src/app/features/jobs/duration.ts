// How long something took, in words as short as a table wants them.
import { duration as seconds } from '../../core/format';

/** Empty for what has no duration. */
export function duration(ms: number | null): string {
  if (ms === null) return '';
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  return seconds(ms / 1_000);
}

// The one risk scale: four bands, their bounds, words and sentences, checked against the protocol's own.
import type { BAND_FLOOR } from '@verity/protocol/risk/schemas';
import type { Band } from '../core/wire';

export const FLOORS = { low: 0, medium: 30, high: 60, critical: 80 } satisfies typeof BAND_FLOOR;

export const BAND_ORDER = ['low', 'medium', 'high', 'critical'] as const satisfies readonly Band[];

export const BAND_WORDS = {
  low: 'Low',
  medium: 'Medium',
  high: 'High',
  critical: 'Critical',
} as const satisfies Record<Band, string>;

export function bandOf(score: number): Band {
  return BAND_ORDER.findLast((band) => score >= FLOORS[band]) ?? 'low';
}

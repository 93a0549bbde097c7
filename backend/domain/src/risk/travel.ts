// Impossible travel: two places too far apart for the time between them. Works only where a location table is configured.
import type { Observation } from '@verity/protocol/risk/messages';

/** Where an address is, as far as a location table knows. */
export interface Place {
  /** Degrees, north and east positive. */
  latitude: number;
  longitude: number;
  /** The address lies within this of the point, kilometres. */
  radiusKm: number;
  /** In words, e.g. "Brno, CZ"; empty when the table has none. */
  label: string;
}

/** Null when the table does not know the address. */
export type Locate = (address: string) => Place | null;

/** Faster than any airliner between two airports. */
const FASTEST_KMH = 1000;
/** Tables err, and networks hand people over: below this distance nothing is said. */
const LEAST_KM = 300;
const EARTH_KM = 6371;

/** Great-circle distance by the haversine formula, kilometres. */
export function distanceKm(a: Place, b: Place): number {
  const radians = Math.PI / 180;
  const lat = ((b.latitude - a.latitude) * radians) / 2;
  const lon = ((b.longitude - a.longitude) * radians) / 2;
  const h =
    Math.sin(lat) ** 2 +
    Math.cos(a.latitude * radians) * Math.cos(b.latitude * radians) * Math.sin(lon) ** 2;
  return 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(h)));
}

export interface Seen {
  address: string;
  at: Date;
}

/**
 * Evidence when any of the `earlier` sightings of a person is too far from this one for the time between them, the
 * worst of them; null when none is, or nothing is known of the places. The radii of both places count in favour.
 */
export function travelSignal(
  locate: Locate,
  now: Seen,
  earlier: readonly Seen[],
): Observation | null {
  const here = locate(now.address);
  if (!here) return null;
  let worst: { km: number; hours: number; kmh: number; from: Place } | null = null;
  for (const seen of earlier) {
    const from = seen.address === now.address ? null : locate(seen.address);
    if (!from) continue;
    const km = distanceKm(from, here) - from.radiusKm - here.radiusKm;
    // Clocks and logs round: less than a minute counts as one.
    const hours = Math.max(1 / 60, (now.at.getTime() - seen.at.getTime()) / 3_600_000);
    const kmh = km / hours;
    if (km < LEAST_KM || kmh <= FASTEST_KMH) continue;
    if (!worst || kmh > worst.kmh) worst = { km, hours, kmh, from };
  }
  if (!worst) return null;
  const between =
    worst.from.label && here.label ? ` from ${worst.from.label} to ${here.label}` : '';
  return {
    source: 'travel',
    mode: 'set',
    weight: worst.kmh > 2 * FASTEST_KMH ? 2 : 1.4,
    value: `${Math.round(worst.km)} km${between} ${timeTaken(worst.hours)}: too fast for any journey`,
  };
}

function timeTaken(hours: number): string {
  const minutes = Math.round(hours * 60);
  if (minutes <= 1) return 'within a minute';
  return minutes < 60 ? `in ${minutes} minutes` : `in ${hours.toFixed(1)} hours`;
}

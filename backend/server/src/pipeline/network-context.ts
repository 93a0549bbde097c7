// Keeps the last 60 seconds of each facility's traffic in Redis as `context:{facility}`: one read for a sequence.
import type { Delivered } from '@verity/domain/bus/ports';
import type { NetworkWindow } from '@verity/protocol/network/schemas';
import type { StageState } from './ports';
import { stage } from './stage';

export const CONTEXT_SECONDS = 60;
/** A sensor that measures each tenth of a second is as fine as this buffer holds: about 300 kB. */
const MOST_WINDOWS = 600;

export const contextKey = (facility: string): string => `context:${facility}`;

/** The windows that end within the last 60 seconds of the newest, oldest first; a window sent again counts once. */
export function rollingContext(
  before: readonly NetworkWindow[],
  arrived: readonly NetworkWindow[],
): NetworkWindow[] {
  const known = new Map(
    [...before, ...arrived].map((each) => [`${each.sensor} ${each.from}`, each]),
  );
  const windows = [...known.values()].sort((a, b) => (a.to < b.to ? -1 : a.to > b.to ? 1 : 0));
  const newest = windows.at(-1);
  if (!newest) return [];
  const since = Date.parse(newest.to) - CONTEXT_SECONDS * 1000;
  return windows.filter(({ to }) => Date.parse(to) > since).slice(-MOST_WINDOWS);
}

export function networkContextStage(needs: { state: StageState }) {
  return stage({
    name: 'network context',
    stream: 'stream:network',
    group: 'group:network_context',
    writes: [],
    ordered: true,
    async handle(messages: Delivered<'stream:network'>[]) {
      const facilities = [...new Set(messages.map(({ payload }) => payload.facility_id))];
      const stored = await needs.state.read(facilities.map(contextKey));
      return {
        state: facilities.map((facility, index) => {
          const before = JSON.parse(stored[index] ?? '[]') as NetworkWindow[];
          const arrived = messages
            .map(({ payload }) => payload)
            .filter((window) => window.facility_id === facility);
          return {
            key: contextKey(facility),
            value: JSON.stringify(rollingContext(before, arrived)),
            // A facility that falls silent has no context.
            ttlSeconds: 2 * CONTEXT_SECONDS,
          };
        }),
      };
    },
  });
}

// What detection remembers of a session: its open windows, and finished ones that are not stored yet.
import type { WindowRecord } from '@verity/domain/risk/ports';
import type { WindowState } from '@verity/domain/telemetry/windows';

export interface BehaviourState {
  windows: WindowState;
  /** Finished windows on their way into the store; kept here until they are surely in it. */
  unlearnt: WindowRecord[];
}

export const serialiseBehaviour = (state: BehaviourState): string => JSON.stringify(state);

/** Our own writing; what cannot be read (another version's) begins anew. */
export function parseBehaviour(json: string): BehaviourState | null {
  const state = JSON.parse(json) as BehaviourState;
  if (!Array.isArray(state.windows?.keys) || !Array.isArray(state.windows.mouse)) return null;
  return {
    windows: state.windows,
    unlearnt: state.unlearnt.map((record) => ({
      ...record,
      at: new Date(record.at),
      // JSON has no NaN: an absent feature is written as null.
      features: record.features.map((feature: number | null) => feature ?? Number.NaN),
    })),
  };
}

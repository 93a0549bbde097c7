// The arithmetic behind an evidence panel: bars that share one scale, and a sum that is shown to hold.
import type { Contribution } from '../core/wire';

export interface EvidenceBar {
  contribution: Contribution;
  /** Length in percent of half the panel. */
  length: number;
  /** Speaks for a stranger. */
  against: boolean;
  /** Share of the first weight that time has left, 0 to 1. */
  left: number;
}

/** Strongest first; the starting point comes last, since nobody can change it. */
export function toBars(contributions: readonly Contribution[]): EvidenceBar[] {
  const largest = Math.max(1, ...contributions.map(({ log_odds }) => Math.abs(log_odds)));
  const rank = (one: Contribution) => (one.source === 'prior' ? -1 : Math.abs(one.log_odds));
  return [...contributions]
    .sort((a, b) => rank(b) - rank(a))
    .map((contribution) => ({
      contribution,
      length: (Math.abs(contribution.log_odds) / largest) * 100,
      against: contribution.log_odds > 0,
      left:
        contribution.weight === 0
          ? 1
          : Math.max(0, Math.min(1, contribution.log_odds / contribution.weight)),
    }));
}

export const sumOf = (contributions: readonly Contribution[]): number =>
  contributions.reduce((sum, { log_odds }) => sum + log_odds, 0);

/** The score that log-odds stand for, 0 to 100. */
export const scoreOf = (logOdds: number): number => 100 / (1 + Math.exp(-logOdds));

// A model of a fixed text that goes on learning behind the guard, as the platform's enrolment does it.
import { phraseJudge } from '@verity/domain/risk/phrase-fusion';
import { REPETITIONS, PHRASE_GUARD } from '@verity/domain/risk/phrase-model';
import {
  phraseTemplate,
  readyTemplate,
  type ReadyTemplate,
} from '@verity/domain/risk/phrase-template';
import { guardUpdates, type Update } from '@verity/domain/risk/update-guard';
import type { Distance } from '@verity/domain/risk/detector';

/** Repetitions that a day of the recordings has. */
const PER_DAY = 50;
const DAY_MS = 86_400_000;

export interface Follower {
  /** Log-odds that a stranger typed it. */
  readonly weigh: Distance;
  readonly template: ReadyTemplate;
  /** Hands in an accepted repetition; says how many the model has learnt and refused since it was made. */
  learn(row: Float64Array): { taught: number; refused: number };
}

export interface FollowOptions {
  people?: ReadyTemplate | null;
  /** Without the guard every repetition that is handed in teaches. */
  guarded?: boolean;
  /** Repetitions that the person had typed before. */
  practised?: number;
}

export function follow(
  enrolled: readonly Float64Array[],
  { people = null, guarded = true, practised = enrolled.length }: FollowOptions = {},
): Follower {
  let known = [...enrolled];
  let pending: Update[] = [];
  let offered = 0;
  const counts = { taught: 0, refused: 0 };
  let template = readyTemplate(phraseTemplate(known));
  const anchor = guarded ? template : null;
  const judge = (): Distance =>
    phraseJudge({ own: template, anchor, people }, { practised, followed: true });
  let weigh = judge();
  const learnFrom = (rows: readonly Float64Array[]): void => {
    if (rows.length === 0) return;
    known = [...known, ...rows].slice(-REPETITIONS.most);
    template = readyTemplate(phraseTemplate(known, { anchor: anchor?.centre }));
    weigh = judge();
    counts.taught += rows.length;
  };
  return {
    get weigh() {
      return weigh;
    },
    get template() {
      return template;
    },
    learn(row) {
      offered++;
      pending.push({ at: Math.floor(offered / PER_DAY) * DAY_MS, features: row });
      if (pending.length % REPETITIONS.every !== 0) return counts;
      if (!guarded) {
        learnFrom(pending.map(({ features }) => features));
        pending = [];
        return counts;
      }
      const { centre, inverse } = template;
      const baseline = { centre, scale: inverse.map((x) => 1 / x) };
      const { taught, waiting, refused } = guardUpdates(baseline, pending, PHRASE_GUARD);
      pending = waiting;
      counts.refused += refused.length;
      learnFrom(taught.map(({ features }) => features));
      return counts;
    },
  };
}

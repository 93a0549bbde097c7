// Makes backend/domain/src/risk/phrase-weights.ts from repetitions: node scripts/run.mjs scripts/evaluate/fit-phrase.ts CMU.csv
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { roundTo, seededRandom } from '@verity/domain/kernel/maths';
import {
  fusionTraits,
  PHRASE_STAGES,
  type FusionWeights,
  type PhraseStage,
} from '@verity/domain/risk/phrase-fusion';
import { PHRASE_GUARD, REPETITIONS } from '@verity/domain/risk/phrase-model';
import { peopleTemplate } from '@verity/domain/risk/phrase-people';
import {
  phraseTemplate,
  readyTemplate,
  type ReadyTemplate,
} from '@verity/domain/risk/phrase-template';
import { readText } from './csv';
import { equalErrorRate, meanOf } from './error-rates';
import { asPhrases, readFixedText } from './keystroke-data';
import { fitStandardised, type Example } from './logistic';

const TRAIN = 200;
const STRANGER_REPS = 5;
/** Of the ridge, chosen by the EER on people left out. With people, there are fewer strangers to learn from. */
const PENALTY: Record<PhraseStage, { alone: number; people: number }> = {
  learning: { alone: 30, people: 300 },
  settled: { alone: 30, people: 300 },
  followed: { alone: 3, people: 1_000 },
};
const SPLITS = 6;

type Side = 'alone' | 'people';
export interface Measured {
  own: Float64Array[];
  /** By other person: traits of their first repetitions; null for background people. */
  strangers: (Float64Array[] | null)[];
}

/** What the fusion weighs of a repetition, once the template is known. */
type Traits = (row: Float64Array) => Float64Array;

export const shippedTraits = (
  known: readonly Float64Array[],
  people: ReadyTemplate | null,
): Traits => {
  const traitsOf = fusionTraits(readyTemplate(phraseTemplate(known)), people);
  return (row) => traitsOf(row).slice();
};

interface Plan {
  /** The repetitions that the model is made of, out of those before the test. */
  known: (before: Float64Array[]) => Float64Array[];
  /** Made anew after so many more, of which the newest `behind` still wait at the guard. */
  every: number;
  behind: number;
}

const once = { every: Infinity, behind: 0 };
export const STAGES: Record<PhraseStage, Plan[]> = {
  learning: [{ known: (before) => before.slice(0, 10), ...once }],
  settled: [
    { known: (before) => before, ...once },
    { known: (before) => before.slice(-10), ...once },
  ],
  followed: [{ known: (before) => before, every: REPETITIONS.every, behind: PHRASE_GUARD.block }],
};

/** Beside people on the whole, weights fitted to a model that lags lean on these people, and know other strangers less. */
const plansOf = (stage: PhraseStage, side: Side): Plan[] =>
  stage === 'followed' && side === 'people'
    ? [{ known: (before) => before, every: 2, behind: 0 }]
    : STAGES[stage];

export function measured(
  people: Float64Array[][],
  who: number,
  plan: Plan,
  side: Side,
  traits = shippedTraits,
): Measured {
  const rows = people[who] as Float64Array[];
  const others = people.map((_, i) => i).filter((i) => i !== who);
  const isBackground = (i: number): boolean => side === 'people' && others.indexOf(i) % 2 === 0;
  const background =
    side === 'people'
      ? readyTemplate(
          peopleTemplate(others.filter(isBackground).map((i) => people[i] as Float64Array[])),
        )
      : null;
  const known = plan.known(rows.slice(0, TRAIN));
  let measure = traits(known, background);
  const attempts = others
    .filter((i) => !isBackground(i))
    .flatMap((i) =>
      (people[i] as Float64Array[]).slice(0, STRANGER_REPS).map((row) => ({ i, row })),
    );
  const own: Float64Array[] = [];
  const strangers: (Float64Array[] | null)[] = people.map((_, i) =>
    i === who || isBackground(i) ? null : [],
  );
  const test = rows.slice(-200);
  let tried = 0;
  test.forEach((row, at) => {
    own.push(measure(row));
    const due = Math.round(((at + 1) * attempts.length) / test.length);
    for (; tried < due; tried++) {
      const { i, row: theirs } = attempts[tried] as { i: number; row: Float64Array };
      strangers[i]?.push(measure(theirs));
    }
    if ((at + 1) % plan.every !== 0) return;
    const learnt = test.slice(0, at + 1 - plan.behind);
    measure = traits([...known, ...learnt].slice(-TRAIN), background);
  });
  return { own, strangers };
}

export function examplesOf(all: readonly Measured[][], members: readonly number[]): Example[] {
  return all.flatMap((plan) =>
    members.flatMap((who) => {
      const { own, strangers } = plan[who] as Measured;
      const theirs = members.flatMap((i) => strangers[i] ?? []);
      return [
        ...own.map((traits) => ({ row: traits, stranger: false, weight: 100 / own.length })),
        ...theirs.map((traits) => ({ row: traits, stranger: true, weight: 100 / theirs.length })),
      ];
    }),
  );
}

const scored = ({ bias, weights }: FusionWeights, traits: Float64Array): number =>
  traits.reduce((sum, x, i) => sum + x * (weights[i] as number), bias);

/** Weights for a stage, fitted on some of the people. */
export const fitted = (
  all: readonly Measured[][],
  members: readonly number[],
  stage: PhraseStage,
  side: Side,
): FusionWeights => fitStandardised(examplesOf(all, members), PENALTY[stage][side]);

/** Halves of the people, to fit on and to judge, each way round; as many splits. */
export function* halvesOf(count: number, splits = SPLITS): Generator<[number[], number[]]> {
  const random = seededRandom(7);
  for (let split = 0; split < splits; split++) {
    const order = Array.from({ length: count }, (_, i) => ({ i, key: random() }))
      .sort((a, b) => a.key - b.key)
      .map(({ i }) => i);
    const [one, other] = [order.slice(0, count >> 1), order.slice(count >> 1)];
    yield [one, other];
    yield [other, one];
  }
}

/** Mean EER on people whom the weights have not seen, by plan of the stage. */
export function unseen(all: readonly Measured[][], stage: PhraseStage, side: Side): number[] {
  const eers: number[][] = all.map(() => []);
  for (const [mine, theirs] of halvesOf((all[0] as Measured[]).length)) {
    const weights = fitted(all, mine, stage, side);
    all.forEach((plan, p) => {
      for (const who of theirs) {
        const { own, strangers } = plan[who] as Measured;
        eers[p]?.push(
          equalErrorRate(
            own.map((t) => scored(weights, t)),
            theirs.flatMap((i) => (strangers[i] ?? []).map((t) => scored(weights, t))),
          ),
        );
      }
    });
  }
  return eers.map(meanOf);
}

function main(): void {
  const [path] = process.argv.slice(2);
  if (!path) {
    console.error('Usage: node scripts/run.mjs scripts/evaluate/fit-phrase.ts CMU.csv');
    process.exit(2);
  }
  const people = asPhrases(readFixedText(readText(path), path)).map(({ rows }) => rows);
  const result: Partial<Record<PhraseStage, Record<Side, FusionWeights>>> = {};
  for (const stage of PHRASE_STAGES) {
    const sides = {} as Record<Side, FusionWeights>;
    for (const side of ['alone', 'people'] as const) {
      const all = plansOf(stage, side).map((plan) =>
        people.map((_, who) => measured(people, who, plan, side)),
      );
      const rates = unseen(all, stage, side).map((rate) => rate.toFixed(4));
      console.error(`${stage} ${side}: EER on people left out ${rates.join(' and ')}`);
      const everybody = people.map((_, i) => i);
      const { bias, weights } = fitted(all, everybody, stage, side);
      sides[side] = { bias: roundTo(bias, 5), weights: weights.map((w) => roundTo(w, 5)) };
    }
    result[stage] = sides;
  }
  const body = JSON.stringify(result, null, 2).replace(
    /\[\s+([^\]]*?)\s+\]/g,
    (_, list: string) => `[${list.replace(/\s+/g, ' ')}]`,
  );
  writeFileSync(
    resolve('backend/domain/src/risk/phrase-weights.ts'),
    `// Generated by scripts/evaluate/fit-phrase.ts: how much each trait speaks for a stranger.\nimport type { FusionWeights, PhraseStage } from './phrase-fusion';\n\n// prettier-ignore\nexport const PHRASE_WEIGHTS: Record<PhraseStage, Record<'alone' | 'people', FusionWeights>> = ${body};\n`,
  );
}

if (process.argv[1]?.includes('fit-phrase')) main();

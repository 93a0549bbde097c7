// What each detector is worth to the fusion of a fixed text, taken out or put in: node scripts/run.mjs scripts/evaluate/fusion-study.ts CMU.csv
import type { Distance } from '@verity/domain/risk/detector';
import { PHRASE_TRAITS } from '@verity/domain/risk/phrase-traits';
import { readText } from './csv';
import { measured, shippedTraits, STAGES, unseen, type Measured } from './fit-phrase';
import { asPhrases, readFixedText } from './keystroke-data';
import { KEYSTROKE_DETECTORS } from './keystroke-detectors';

/** Traits of the shipped fusion, by the detector that they come from. */
const WITHIN: Readonly<Record<string, (trait: string) => boolean>> = {
  'robust distances': (trait) => trait.includes('_capped_'),
  mahalanobis: (trait) => trait === 'mahalanobis',
  nearest: (trait) => trait.startsWith('nearest_'),
  'kernel density': (trait) => trait.endsWith('_surprise'),
  shape: (trait) => trait.includes('_shape_') || trait.endsWith('_pattern'),
  tempo: (trait) => /_(median|mean|longer|shorter)$/.test(trait),
};

/** Detectors that the fusion does without. */
const BESIDE = ['gaussian-mixture', 'one-class-svm', 'autoencoder'] as const;

type Column = number;
const width = PHRASE_TRAITS.length;
const everyTrait: Column[] = PHRASE_TRAITS.map((_, at) => at);
const besideAt = (name: (typeof BESIDE)[number]): Column => width + BESIDE.indexOf(name);

/** The traits of the shipped fusion, then a distance by each detector beside. */
function allTraits(known: readonly Float64Array[]) {
  const shipped = shippedTraits(known, null);
  const beside = BESIDE.map((name): Distance => detector(name).train(known, CONTEXT));
  return (row: Float64Array): Float64Array =>
    Float64Array.from([...shipped(row), ...beside.map((distance) => distance(row))]);
}

const CONTEXT = { people: null, practised: 200, adaptive: false } as const;

function detector(name: string) {
  const found = KEYSTROKE_DETECTORS[name];
  if (!found) throw new Error(`There is no detector "${name}"`);
  return found;
}

/** The same measurements, of some columns alone. */
function only(columns: readonly Column[], all: readonly Measured[][]): Measured[][] {
  const pick = (traits: Float64Array): Float64Array =>
    Float64Array.from(columns, (at) => traits[at] as number);
  return all.map((plan) =>
    plan.map(({ own, strangers }) => ({
      own: own.map(pick),
      strangers: strangers.map((theirs) => theirs?.map(pick) ?? null),
    })),
  );
}

function main(): void {
  const [path] = process.argv.slice(2);
  if (!path) {
    console.error('Usage: node scripts/run.mjs scripts/evaluate/fusion-study.ts CMU.csv');
    process.exit(2);
  }
  const people = asPhrases(readFixedText(readText(path), path)).map(({ rows }) => rows);
  const stages = { settled: '200, newest 10', learning: 'first 10' } as const;
  for (const [stage, told] of Object.entries(stages) as [keyof typeof stages, string][]) {
    const all = STAGES[stage].map((plan) =>
      people.map((_, who) => {
        console.error(`${stage} (${told}): person ${who + 1} of ${people.length}`);
        return measured(people, who, plan, 'alone', allTraits);
      }),
    );
    const say = (what: string, columns: readonly Column[]): void =>
      console.log(
        `${stage} (${told}): ${what.padEnd(32)} ${unseen(only(columns, all), stage, 'alone')
          .map((eer) => eer.toFixed(4))
          .join(' and ')}`,
      );
    say('as shipped', everyTrait);
    for (const [name, isOfIt] of Object.entries(WITHIN)) {
      say(
        `without ${name}`,
        everyTrait.filter((at) => !isOfIt(PHRASE_TRAITS[at] as string)),
      );
    }
    for (const name of BESIDE) say(`with ${name}`, [...everyTrait, besideAt(name)]);
    say('with all three', [...everyTrait, ...BESIDE.map(besideAt)]);
  }
}

main();

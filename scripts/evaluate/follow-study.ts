// A followed fixed text by weights that have not seen the person: node scripts/run.mjs scripts/evaluate/follow-study.ts CMU.csv [SPLITS]
import type { Modality } from '@verity/domain/kernel/behaviour-features';
import type { FusionWeights, PhraseStage } from '@verity/domain/risk/phrase-fusion';
import { phraseJudge } from '@verity/domain/risk/phrase-fusion';
import { PhraseArtefact, phraseKind, type PhraseModel } from '@verity/domain/risk/phrase-model';
import { readyTemplate } from '@verity/domain/risk/phrase-template';
import { PHRASE_WEIGHTS } from '@verity/domain/risk/phrase-weights';
import { readText } from './csv';
import { equalErrorRate, meanOf } from './error-rates';
import { fitted, halvesOf, measured, STAGES } from './fit-phrase';
import { follow } from './follower';
import { asPhrases, readFixedText } from './keystroke-data';

const ENROLLED = 200;
const TEST = 200;
const STRANGER_REPS = 5;
const PER_DAY = 50;
const MODALITY: Modality = 'phrase:0';

type Weights = Record<'settled' | 'followed', FusionWeights>;

/** What ships, but for the weights. */
const kindWith = (weights: Weights) => ({
  ...phraseKind,
  parse(json: string): PhraseModel {
    const { template, anchor } = PhraseArtefact.parse(JSON.parse(json));
    const logOdds = phraseJudge(
      { own: readyTemplate(template), anchor: anchor && readyTemplate(anchor) },
      { practised: Infinity, followed: true },
      ({ followed }) => weights[followed ? 'followed' : 'settled'],
    );
    return { ...phraseKind.parse(json), logOdds };
  },
});

/** The EER over the person's last repetitions, learnt from one by one; strangers come spread over them. */
function judged(own: Float64Array[], strangers: Float64Array[][], weights: Weights): number {
  const enrolled = own.slice(0, ENROLLED).map((features) => ({ features, sitting: '' }));
  const follower = follow(kindWith(weights), MODALITY, enrolled);
  const logOdds = (row: Float64Array): number => (follower.model as PhraseModel).logOdds(row);
  const attempts = strangers.flatMap((rows) => rows.slice(0, STRANGER_REPS));
  const genuine: number[] = [];
  const impostor: number[] = [];
  own.slice(-TEST).forEach((features, at) => {
    genuine.push(logOdds(features));
    const due = Math.round(((at + 1) * attempts.length) / TEST);
    impostor.push(...attempts.slice(impostor.length, due).map(logOdds));
    follower.learn({ features, sitting: '' }, 1 + Math.floor(at / PER_DAY));
  });
  return equalErrorRate(genuine, impostor);
}

function main(): void {
  const [path, splits = '1'] = process.argv.slice(2);
  if (!path || !/^[1-9]\d?$/.test(splits)) {
    console.error(
      'Usage: node scripts/run.mjs scripts/evaluate/follow-study.ts CMU.csv [SPLITS, 1 to 99]',
    );
    process.exit(2);
  }
  const people = asPhrases(readFixedText(readText(path), path)).map(({ rows }) => rows);
  const measuredAt = (stage: PhraseStage) =>
    STAGES[stage].map((plan) => people.map((_, who) => measured(people, who, plan, 'alone')));
  const [settled, followed] = [measuredAt('settled'), measuredAt('followed')];
  const shipped = {
    settled: PHRASE_WEIGHTS.settled.alone,
    followed: PHRASE_WEIGHTS.followed.alone,
  };
  const seen: number[] = [];
  const unseen: number[] = [];
  for (const [mine, theirs] of halvesOf(people.length, Number(splits))) {
    const weights = {
      settled: fitted(settled, mine, 'settled', 'alone'),
      followed: fitted(followed, mine, 'followed', 'alone'),
    };
    for (const who of theirs) {
      const own = people[who] as Float64Array[];
      const others = theirs.filter((i) => i !== who).map((i) => people[i] as Float64Array[]);
      unseen.push(judged(own, others, weights));
      seen.push(judged(own, others, shipped));
    }
    console.log(
      `${unseen.length} people left out: EER ${meanOf(unseen).toFixed(4)}; by the shipped weights, which have seen them: ${meanOf(seen).toFixed(4)}`,
    );
  }
}

main();

// evaluate -- calibration: whether a stated probability is as often true as it says.
import { PRIOR_LOG_ODDS } from '@verity/domain/risk/evidence';
import { logistic } from '@verity/domain/kernel/maths';
import { misfit } from './csv';
import type { Options } from './options';
import { course, holdContest, takeoverCourse } from './typing-contest';

/** A stated probability of a takeover, and whether it was one. */
interface Statement {
  logOdds: number;
  takeover: boolean;
  /** Windows that it rests on. */
  windows: number;
}

const BINS = 10;
const WINDOWS_TO_LEARN = 400;
const KEYSTROKES_A_WINDOW = 25;

export function evaluateCalibration(options: Options, say: (progress: string) => void) {
  if (options['task'] !== 'risk') throw misfit('--task must be "risk"');
  return calibrationOfRisk(options, say);
}

/**
 * The score of every moment of whole sessions: each owner's later sessions, and each of them taken over after 8 windows
 * by each other person. The share of takeovers is set to what the score presumes, its prior; at an even share the same
 * statements are judged with the prior taken out.
 */
function calibrationOfRisk(options: Options, say: (progress: string) => void) {
  const { contestants } = holdContest(options, WINDOWS_TO_LEARN, say);
  const statements: Statement[] = [];
  const state = (logOdds: readonly number[], takeover: boolean): void =>
    logOdds.forEach((x, i) => statements.push({ logOdds: x, takeover, windows: i + 1 }));
  for (const me of contestants) {
    say(`scoring the sessions of ${me.name}`);
    for (const session of me.sessions) state(course(me.model, session).logOdds, false);
    for (const stranger of contestants) {
      if (stranger === me) continue;
      for (const session of stranger.sessions) state(takeoverCourse(me, session), true);
    }
  }
  const prior = logistic(PRIOR_LOG_ODDS);
  const lengths = [...new Set(statements.map(({ windows }) => windows))].sort((a, b) => a - b);
  const atPrior = judged(statements, prior);
  return {
    task: 'risk',
    people: contestants.length,
    statements: statements.length,
    takeoverPrior: rounded(prior),
    ece: atPrior.ece,
    eceAtEvenPrior: judged(statements, 0.5).ece,
    eceBySessionLength: lengths.map((windows) => {
      const some = statements.filter((one) => one.windows === windows);
      return {
        keystrokes: windows * KEYSTROKES_A_WINDOW,
        ece: judged(some, prior).ece,
        eceAtEvenPrior: judged(some, 0.5).ece,
      };
    }),
    bins: atPrior.bins,
  };
}

/** Expected calibration error over ten bins of equal width, takeovers weighed to be the share `prior` of all. */
function judged(statements: readonly Statement[], prior: number) {
  const takeovers = statements.filter(({ takeover }) => takeover).length;
  const weightOf = ({ takeover }: Statement): number =>
    takeover ? prior / takeovers : (1 - prior) / (statements.length - takeovers);
  const offset = Math.log(prior / (1 - prior)) - PRIOR_LOG_ODDS;
  const bins = Array.from({ length: BINS }, (_, at) => ({
    from: at / BINS,
    to: (at + 1) / BINS,
    statements: 0,
    share: 0,
    predicted: 0,
    observed: 0,
  }));
  for (const one of statements) {
    const p = logistic(one.logOdds + offset);
    const bin = bins[Math.min(BINS - 1, Math.floor(p * BINS))];
    if (!bin) continue;
    const weight = weightOf(one);
    bin.statements++;
    bin.share += weight;
    bin.predicted += weight * p;
    if (one.takeover) bin.observed += weight;
  }
  const ece = bins.reduce((sum, bin) => sum + Math.abs(bin.predicted - bin.observed), 0);
  return {
    ece: rounded(ece),
    bins: bins.map(({ share, predicted, observed, ...rest }) => ({
      ...rest,
      share: rounded(share),
      predicted: share > 0 ? rounded(predicted / share) : null,
      observed: share > 0 ? rounded(observed / share) : null,
    })),
  };
}

const rounded = (x: number): number => Math.round(x * 1e4) / 1e4;

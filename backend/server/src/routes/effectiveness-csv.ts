// The effectiveness of the policy as CSV: one table for the whole, each rule, version and day.
import type { EffectFigures, Effectiveness } from '@verity/protocol/policy/outcomes';
import { csv, type CsvRow } from './csv';

const HEADER: CsvRow = [
  'of',
  'id',
  'name',
  'sessions',
  'challenges',
  'open',
  'passed',
  'failed',
  'abandoned',
  'terminated',
  'eased',
  'true_challenges',
  'true_share',
  'true_low',
  'true_high',
  'false_challenges',
  'terminations',
  'wrong_terminations',
  'reported_wrong',
  'reported_stranger',
  'friction_per_1000',
  'median_seconds_to_stop',
];

const row = (
  [of, id, name]: [string, string, string],
  sessions: number | null,
  figures: EffectFigures & { friction: number | null },
): CsvRow => [
  of,
  id,
  name,
  sessions,
  figures.challenges,
  figures.open,
  figures.passed,
  figures.failed,
  figures.abandoned,
  figures.terminated,
  figures.eased,
  figures.true_challenges.count,
  figures.true_challenges.share,
  figures.true_challenges.low,
  figures.true_challenges.high,
  figures.false_challenges.count,
  figures.terminations,
  figures.wrong_terminations.count,
  figures.reported_wrong,
  figures.reported_stranger,
  figures.friction,
  figures.time_to_stop?.median ?? null,
];

export const effectivenessCsv = ({
  sessions,
  total,
  rules,
  versions,
  days,
}: Effectiveness): string =>
  csv([
    HEADER,
    row(['whole', '', ''], sessions, total),
    ...rules.map((one) => row(['rule', one.rule_id, one.rule_name], sessions, one)),
    ...versions.map((one) => row(['version', `${one.policy_version}`, ''], one.sessions, one)),
    ...days.map((one): CsvRow => [
      ...['day', one.day, '', one.sessions, one.challenges],
      ...Array<null>(6).fill(null),
      ...[one.true_challenges, null, null, null, one.false_challenges, one.terminations],
      ...[null, null, null, one.friction, null],
    ]),
  ]);

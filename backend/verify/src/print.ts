// Reports for people at a terminal.
import type { LogFinding } from '@verity/domain/audit/audit-log';
import type { Finding, Report } from '@verity/domain/audit/report';

const LABEL = { holds: 'holds', fails: 'FAILS', unchecked: 'unchecked' } as const;

/** The links one by one, then what the verdict rests on. */
export function reportLines(name: string, report: Report, inLog: Finding | null): string[] {
  const about = report.record
    ? `${report.record.leaf.action} of ${report.record.leaf.at}, entry ${report.record.index}`
    : 'no receipt that can be read';
  const links = [...report.links, ...(inLog ? [{ link: 'log', ...inLog }] : [])];
  const anchored = report.record?.anchoredAt;
  return [
    `${name}: ${verdictOf(report, inLog).toUpperCase()} (${about})`,
    ...links.map(({ link, state, why, where }) =>
      `  ${LABEL[state].padEnd(10)}${link.padEnd(11)}${why}${where ? ` [${where}]` : ''}`.trimEnd(),
    ),
    ...(anchored ? [`  On the chain since ${anchored}.`] : []),
    ...report.cautions.map((caution) => `  caution: ${caution}`),
  ];
}

/** One line for a receipt of many. */
export function shortLine(name: string, report: Report, inLog: Finding | null): string {
  const links = [...report.links, ...(inLog ? [{ link: 'log', ...inLog }] : [])];
  const wrong = links.find(({ state }) => state === 'fails');
  const verdict = verdictOf(report, inLog);
  return wrong
    ? `${name}: ${verdict}: ${wrong.link} fails: ${wrong.why}${wrong.where ? ` [${wrong.where}]` : ''}`
    : `${name}: ${verdict}`;
}

/** That of the report, unless the log contradicts the receipt. */
export const verdictOf = (report: Report, inLog: Finding | null): Report['verdict'] =>
  inLog?.state === 'fails' ? 'broken' : report.verdict;

export const findingLine = ({ path, index, why }: LogFinding): string =>
  `  FAILS     ${path}${index === undefined ? '' : `, entry ${index}`}: ${why}`;

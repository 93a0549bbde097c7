// Pure rules of the live list: rows made of sessions and score updates, filtered and put in order.
import type { Band, RiskScore, Session, SessionState } from '../../core/wire';

export const SORTS = ['risk', 'last_seen', 'started'] as const;
export type Sort = (typeof SORTS)[number];

export interface Row {
  session: Session;
  /** Newest scores, oldest first. */
  scores: readonly number[];
}

export interface RowFilter {
  state: SessionState | 'live';
  band: Band | undefined;
}

/** Scores kept for a row's sparkline. */
export const KEPT_SCORES = 40;

export const LIVE: readonly SessionState[] = ['active', 'step_up', 'restricted'];

export const toRow = (session: Session, before?: Row): Row => ({
  session,
  scores: before?.scores ?? (session.risk_score === null ? [] : [session.risk_score]),
});

/** The row after a score: a new object, so that only rows that changed are drawn again. */
export function withScore({ session, scores }: Row, risk: RiskScore): Row {
  return {
    session: { ...session, risk_score: risk.risk_score, band: risk.band, last_seen_at: risk.at },
    scores: [...scores.slice(1 - KEPT_SCORES), risk.risk_score],
  };
}

export function fits({ session }: Row, { state, band }: RowFilter): boolean {
  const inState = state === 'live' ? LIVE.includes(session.state) : session.state === state;
  return inState && (!band || session.band === band);
}

const KEYS = {
  // What has no score yet comes last, as it does from the server.
  risk: ({ session }: Row) => session.risk_score ?? -1,
  last_seen: ({ session }: Row) => Date.parse(session.last_seen_at),
  started: ({ session }: Row) => Date.parse(session.started_at),
} as const satisfies Record<Sort, (row: Row) => number>;

/** Highest or newest first; ties keep one order by id, so that rows never dance. */
export function inOrder(rows: Iterable<Row>, sort: Sort): Row[] {
  const key = KEYS[sort];
  return [...rows].sort((a, b) => key(b) - key(a) || (a.session.id < b.session.id ? -1 : 1));
}

/** The rows that are on screen stay where they are; only what they show is new. */
export function inPlace(shown: readonly Row[], rows: ReadonlyMap<string, Row>): Row[] {
  return shown.map((row) => rows.get(row.session.id) ?? row);
}

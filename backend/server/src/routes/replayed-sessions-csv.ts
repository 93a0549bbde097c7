// Whom a simulation hit, as CSV: a line a session, both sides beside one another.
import type { PolicyRunId } from '@verity/protocol/ids';
import type { ReplayHit, ReplayedSession } from '@verity/protocol/policy/runs';
import type { PolicyRuns } from '@verity/domain/policy/run-ports';
import { csv, type CsvRow } from './csv';

const AT_ONCE = 200;

const HEADER: CsvRow = [
  'session',
  'user',
  'name',
  'device',
  'started',
  'difference',
  'today',
  'today_challenges',
  'today_challenged_at',
  'today_challenged_by',
  'today_ended_at',
  'today_ended_by',
  'draft',
  'draft_challenges',
  'draft_challenged_at',
  'draft_challenged_by',
  'draft_ended_at',
  'draft_ended_by',
  'draft_ends_for_want_of_proof_never_asked',
];

/** Page by page: no run is too large for it. */
export async function* replayedSessionsCsv(
  runs: Pick<PolicyRuns, 'sessions'>,
  id: PolicyRunId,
): AsyncGenerator<string, void, undefined> {
  yield csv([HEADER]);
  let cursor: string | undefined;
  do {
    const page = await runs.sessions(id, {}, { cursor, limit: AT_ONCE });
    yield csv(page.items.map(rowOf));
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
}

const hitCells = (hit: ReplayHit | null): CsvRow => [hit?.at ?? null, hit?.rule_id ?? null];

const sideCells = (side: ReplayedSession['today']): CsvRow => [
  side.effect,
  side.challenges,
  ...hitCells(side.challenge),
  ...hitCells(side.termination),
];

const rowOf = (one: ReplayedSession): CsvRow => [
  one.session_id,
  one.user_email,
  one.user_name,
  one.device_label,
  one.started_at,
  one.difference,
  ...sideCells(one.today),
  ...sideCells(one.draft),
  one.assumes_no_proof,
];

// Records the course of each score and the signs of life of its session, so thinned that a store can take it.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Delivered } from '@verity/domain/bus/ports';
import type { Sessions } from '@verity/domain/identity/ports';
import type { RiskHistory, RiskPointRecord } from '@verity/domain/risk/ports';
import type { RiskMessage } from '@verity/protocol/risk/messages';
import type { Band } from '@verity/protocol/risk/schemas';
import type { MomentNotes } from './moment-notes';
import { stage } from './stage';

/** A point is stored when the rounded score has changed, or after so long. */
const POINT_MS = 60_000;
/** A sign of life is stored when the band, or a critical score, has changed, or after so long. */
const ACTIVITY_MS = 15_000;
/** What comes within so long is written at once: a hundred small writes cost more than a large one. */
const GATHER_MS = 1_000;
const SESSIONS_REMEMBERED = 50_000;

/** What a person does; time that passes and verdicts of others are no signs of life. */
const SIGNS_OF_LIFE: ReadonlySet<RiskMessage['cause']> = new Set(['batch', 'sign_in', 'step_up']);

interface Last {
  rounded: number;
  pointAt: number;
  band: Band;
  notedAt: number;
  /** Of the last sign of life. */
  aliveAt: number;
}

type Note = Parameters<Sessions['noteActivity']>[0][number];

export function recordRiskStage(needs: {
  history: RiskHistory;
  sessions: Sessions;
  /** Keeps what replays of the policy need of these scores. */
  moments: Pick<MomentNotes, 'note'>;
}) {
  const last = new Map<string, Last>();

  return stage({
    name: 'record risk',
    stream: 'stream:risk',
    group: 'group:record',
    writes: [],
    // Not for its order but for its memory: one process sees all points of a session.
    ordered: true,
    batchSize: 5_000,
    async handle(messages: Delivered<'stream:risk'>[], signal) {
      const { points, notes, seen } = thin(messages, last);
      await Promise.all([
        points.length > 0 && needs.history.add(points),
        notes.length > 0 && needs.sessions.noteActivity(notes),
        needs.moments.note(messages.map(({ payload }) => payload)),
      ]);
      for (const [session, now] of seen) {
        last.delete(session);
        last.set(session, now);
      }
      for (const session of last.keys()) {
        if (last.size <= SESSIONS_REMEMBERED) break;
        last.delete(session);
      }
      await gather(gatherMs(messages), signal);
    },
  });
}

/** Waits while more comes together, but not beyond the end of the work. */
async function gather(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** What is delivered again comes one by one: waiting after each would take as many seconds as there are messages. */
export const gatherMs = (
  messages: readonly Pick<Delivered<'stream:risk'>, 'retry_count'>[],
): number => (messages.some(({ retry_count }) => retry_count > 0) ? 0 : GATHER_MS);

/** What of these scores is worth storing, and what to remember of each session once it is. */
export function thin(
  messages: readonly Pick<Delivered<'stream:risk'>, 'message_id' | 'payload'>[],
  last: ReadonlyMap<string, Last>,
): { points: RiskPointRecord[]; notes: Note[]; seen: Map<string, Last> } {
  const points: RiskPointRecord[] = [];
  const notes = new Map<string, Note>();
  const seen = new Map<string, Last>();
  for (const { message_id: id, payload: risk } of messages) {
    const at = Date.parse(risk.at);
    const before = seen.get(risk.session_id) ?? last.get(risk.session_id);
    const now: Last = before
      ? { ...before }
      : { rounded: Number.NaN, pointAt: 0, band: risk.band, notedAt: 0, aliveAt: 0 };
    const rounded = Math.round(risk.risk_score);
    // Any of these may be the one that ends the session, and nothing is noted after it.
    const grave = risk.band === 'critical' && rounded !== now.rounded;
    if (rounded !== now.rounded || at - now.pointAt >= POINT_MS) {
      points.push({
        id,
        sessionId: risk.session_id,
        at: new Date(at),
        riskScore: risk.risk_score,
        band: risk.band,
      });
      Object.assign(now, { rounded, pointAt: at });
    }
    if (SIGNS_OF_LIFE.has(risk.cause)) now.aliveAt = at;
    const due = grave || risk.band !== now.band || at - now.notedAt >= ACTIVITY_MS;
    // Without a sign of life there is no time to note: silence must stay visible.
    if (due && now.aliveAt > 0) {
      notes.set(risk.session_id, {
        id: risk.session_id,
        riskScore: risk.risk_score,
        band: risk.band,
        at: new Date(now.aliveAt),
      });
      Object.assign(now, { band: risk.band, notedAt: at });
    }
    seen.set(risk.session_id, now);
  }
  return { points, notes: [...notes.values()], seen };
}

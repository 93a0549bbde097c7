// Keeps what the decision point is told of each session, thinned: replays of the past are made of it.
import type { SessionRecord, SessionRights } from '@verity/domain/identity/ports';
import { rightsOf } from '@verity/domain/identity/session-rights';
import {
  isDue,
  weightsOf,
  type MomentRecord,
  type Moments,
  type PersonFacts,
} from '@verity/domain/policy/moments';
import type { SessionId } from '@verity/protocol/ids';
import type { RiskMessage } from '@verity/protocol/risk/messages';

const SESSIONS_REMEMBERED = 50_000;

export interface MomentNotesNeeds {
  moments: Pick<Moments, 'add'>;
  /** Rights as they stand, also of a session that has just ended. */
  rights: { get(session: SessionId): Promise<SessionRights | null> };
  sessions: { byId(session: SessionId): Promise<SessionRecord | null> };
}

interface Last {
  at: number;
  score: number;
  facts: PersonFacts;
}

export class MomentNotes {
  private readonly last = new Map<SessionId, Last>();

  constructor(private readonly needs: MomentNotesNeeds) {}

  /** Stores what is due of these scores, in their order. Noting them twice stores them once. */
  async note(risks: readonly RiskMessage[]): Promise<void> {
    const due = this.due(risks);
    if (due.length === 0) return;
    const facts = await this.factsNow(due);
    const moments = due.flatMap(({ session_id, user_id, at, risk_score, contributions }) => {
      const known = facts.get(session_id);
      if (!known) return [];
      const moment: MomentRecord = {
        sessionId: session_id,
        userId: user_id,
        at: Date.parse(at),
        score: Math.round(risk_score * 100) / 100,
        weights: weightsOf(contributions),
        facts: this.factsThen(known, session_id, Date.parse(at)),
      };
      return [moment];
    });
    await this.needs.moments.add(moments);
    for (const { sessionId, at, score, facts: then } of moments) {
      this.last.delete(sessionId);
      this.last.set(sessionId, { at, score, facts: then });
    }
    for (const session of this.last.keys()) {
      if (this.last.size <= SESSIONS_REMEMBERED) break;
      this.last.delete(session);
    }
  }

  private due(risks: readonly RiskMessage[]): RiskMessage[] {
    const newest = new Map<SessionId, { at: number; score: number }>();
    return risks.filter(({ session_id, at, risk_score }) => {
      const now = { at: Date.parse(at), score: risk_score };
      if (!isDue(newest.get(session_id) ?? this.last.get(session_id) ?? null, now)) return false;
      newest.set(session_id, now);
      return true;
    });
  }

  private async factsNow(due: readonly RiskMessage[]): Promise<Map<SessionId, PersonFacts>> {
    const facts = new Map<SessionId, PersonFacts>();
    await Promise.all(
      [...new Set(due.map(({ session_id }) => session_id))].map(async (session) => {
        const cached = await this.needs.rights.get(session);
        const record = cached ? null : await this.needs.sessions.byId(session);
        const rights = cached ?? (record && rightsOf(record));
        if (rights) facts.set(session, factsOf(rights));
      }),
    );
    return facts;
  }

  /** Scores are gathered for a second: a proof given since was not known when the score was judged. */
  private factsThen(now: PersonFacts, session: SessionId, at: number): PersonFacts {
    if (now.stepUpAt === null || now.stepUpAt <= at) return now;
    return { ...now, stepUpAt: this.last.get(session)?.facts.stepUpAt ?? null };
  }
}

const factsOf = (rights: SessionRights): PersonFacts => ({
  role: rights.role,
  groups: rights.groups,
  deviceTrusted: rights.deviceTrusted,
  totpEnrolled: rights.totpEnrolled,
  passkeyEnrolled: rights.passkeyEnrolled,
  stepUpAt: rights.stepUpAt,
});

// The sweep (`monitor_active_sessions`): every so often each live session is looked at, so that silence and expiry count.
import type { Bus } from '@verity/domain/bus/ports';
import type { SessionRecord, SessionRightsCache, Sessions } from '@verity/domain/identity/ports';
import type { SessionLife } from '@verity/domain/identity/session-life';
import { livesIn, rightsOf } from '@verity/domain/identity/session-rights';
import type { Clock } from '@verity/domain/kernel/ports';
import type { Announcer } from '@verity/domain/realtime/ports';
import type { LiveRisk } from '@verity/domain/risk/ports';

/** The schedule of the task. */
const SWEEP_SECONDS = 30;
const AT_ONCE = 500;
/** Ended sessions of each kind that are compared with the fast copy of their rights. */
const ENDED_LOOKED_AT = 200;

export interface SweepNeeds {
  sessions: Sessions;
  rights: SessionRightsCache;
  liveRisk: LiveRisk;
  life: Pick<SessionLife, 'expire'>;
  bus: Pick<Bus, 'publish'>;
  announcer: Pick<Announcer, 'disconnect'>;
  clock: Clock;
}

export interface SweepRound {
  sessions: number;
  silent: number;
  expired: number;
  repaired: number;
}

/** One round over every live session. Ends early, with what it has done, when the signal is aborted. */
export async function sweepSessions(needs: SweepNeeds, signal?: AbortSignal): Promise<SweepRound> {
  const round: SweepRound = { sessions: 0, silent: 0, expired: 0, repaired: 0 };
  let some: SessionRecord[] = [];
  for await (const session of needs.sessions.live()) {
    if (signal?.aborted) return round;
    if (some.push(session) < AT_ONCE) continue;
    await sweepSome(needs, some, round);
    some = [];
  }
  await sweepSome(needs, some, round);
  await repairEnded(needs, round);
  return round;
}

/** Has every live session scored and judged now, e.g. by another policy. */
export async function judgeAll(
  needs: Pick<SweepNeeds, 'sessions' | 'bus' | 'clock'>,
): Promise<void> {
  const published: Promise<unknown>[] = [];
  for await (const session of needs.sessions.live()) {
    published.push(letTimePass(needs, session));
    if (published.length >= AT_ONCE) await Promise.all(published.splice(0));
  }
  await Promise.all(published);
}

/** A finding of nothing: the score falls with time, and the policy looks at it. */
export const letTimePass = (
  { bus, clock }: Pick<SweepNeeds, 'bus' | 'clock'>,
  session: Pick<SessionRecord, 'id' | 'userId'>,
) =>
  bus.publish('stream:findings', {
    session_id: session.id,
    user_id: session.userId,
    observed_at: clock().toISOString(),
    cause: 'sweep',
    observations: [],
  });

async function sweepSome(
  needs: SweepNeeds,
  some: SessionRecord[],
  round: SweepRound,
): Promise<void> {
  const now = needs.clock();
  // Somewhat less than a round: the finding of the last sweep is no sign that somebody is there.
  const silentSince = now.getTime() - SWEEP_SECONDS * 900;
  const ids = some.map(({ id }) => id);
  const [risks, rights] = await Promise.all([
    needs.liveRisk.many(ids),
    Promise.all(ids.map((id) => needs.rights.get(id))),
  ]);
  await Promise.all(
    some.map(async (session, index) => {
      round.sessions += 1;
      const copy = rights[index];
      if (copy && copy.rightsVersion < session.rightsVersion) {
        await needs.rights.put(rightsOf(session));
        round.repaired += 1;
      }
      const risk = risks[index];
      const heardAt = risk ? Date.parse(risk.at) : session.lastSeenAt.getTime();
      // A batch within the last round has scored it already, and is its sign of life.
      if (heardAt > silentSince && session.expiresAt > now) return;
      if (await needs.life.expire(session)) {
        round.expired += 1;
        return;
      }
      round.silent += 1;
      await letTimePass(needs, session);
    }),
  );
}

/** A process that died between the store and the fast copy has left rights behind that nobody should have. */
async function repairEnded(needs: SweepNeeds, round: SweepRound): Promise<void> {
  for (const state of ['terminated', 'logged_out', 'expired'] as const) {
    const { items } = await needs.sessions.list(
      { state, sort: 'last_seen' },
      { limit: ENDED_LOOKED_AT },
    );
    await Promise.all(
      items.map(async (session) => {
        const copy = await needs.rights.get(session.id);
        if (!copy || !livesIn(copy.state)) return;
        await needs.rights.put(rightsOf(session));
        needs.announcer.disconnect(session.id);
        round.repaired += 1;
      }),
    );
  }
}

// The sweep (`monitor_active_sessions`): every so often each live session is looked at, so that silence and expiry count.
import type { Bus } from '@verity/domain/bus/ports';
import type { SessionRecord, SessionRightsCache, Sessions } from '@verity/domain/identity/ports';
import type { SessionLife } from '@verity/domain/identity/session-life';
import { livesIn, rightsOf } from '@verity/domain/identity/session-rights';
import type { Clock } from '@verity/domain/kernel/ports';
import type { Announcer } from '@verity/domain/realtime/ports';
import type { LiveRisk } from '@verity/domain/risk/ports';
import type { Leases, Log } from './ports';

export const SWEEP_NAME = 'monitor_active_sessions';
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
  leases: Leases;
  clock: Clock;
  log: Log;
  everySeconds: number;
}

export interface Sweep {
  /** Has every live session scored and judged now, e.g. by another policy. */
  judgeAll(): void;
  /** One round now. */
  round(): Promise<SweepRound>;
  stop(): Promise<void>;
}

export interface SweepRound {
  sessions: number;
  silent: number;
  expired: number;
  repaired: number;
}

export function startSweep(needs: SweepNeeds): Sweep {
  const everyMs = needs.everySeconds * 1000;
  let stopped = false;
  let under: Promise<void> = Promise.resolve();

  const tick = async (): Promise<void> => {
    try {
      await needs.leases.hold(SWEEP_NAME, everyMs * 4, async () => {
        const started = performance.now();
        const round = await sweep(needs, () => stopped);
        const milliseconds = Math.round(performance.now() - started);
        needs.log.debug({ task: SWEEP_NAME, ...round, milliseconds }, 'sessions swept');
      });
    } catch (err) {
      needs.log.warn(
        { task: SWEEP_NAME, err },
        'a sweep did not end well; the next one looks again',
      );
    }
  };

  const timer = setInterval(() => {
    under = under.then(tick);
  }, everyMs);

  return {
    judgeAll() {
      under = under.then(async () => {
        try {
          await needs.leases.hold(`${SWEEP_NAME}:judge`, everyMs * 4, () => judgeAll(needs));
        } catch (err) {
          needs.log.warn({ task: SWEEP_NAME, err }, 'sessions meet the policy with the next sweep');
        }
      });
    },
    round: () => sweep(needs, () => stopped),
    async stop() {
      stopped = true;
      clearInterval(timer);
      await under;
    },
  };
}

async function sweep(needs: SweepNeeds, stopped: () => boolean): Promise<SweepRound> {
  const round: SweepRound = { sessions: 0, silent: 0, expired: 0, repaired: 0 };
  let some: SessionRecord[] = [];
  for await (const session of needs.sessions.live()) {
    if (stopped()) return round;
    if (some.push(session) < AT_ONCE) continue;
    await sweepSome(needs, some, round);
    some = [];
  }
  await sweepSome(needs, some, round);
  await repairEnded(needs, round);
  return round;
}

async function judgeAll(needs: SweepNeeds): Promise<void> {
  const published: Promise<unknown>[] = [];
  for await (const session of needs.sessions.live()) {
    published.push(letTimePass(needs, session));
    if (published.length >= AT_ONCE) await Promise.all(published.splice(0));
  }
  await Promise.all(published);
}

const letTimePass = ({ bus, clock }: SweepNeeds, session: SessionRecord) =>
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
  const silentSince = now.getTime() - needs.everySeconds * 900;
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

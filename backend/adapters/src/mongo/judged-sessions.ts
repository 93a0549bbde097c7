// How many sessions there were to be judged, counted in MongoDB.
import type { Connection } from 'mongoose';
import { LIVE_STATES, SESSION_STATES } from '@verity/protocol/identity/schemas';
import type { SessionId } from '@verity/protocol/ids';
import type { JudgedSessions } from '@verity/domain/policy/outcome-ports';
import { sessions, type SessionDocument } from './sessions';
import { op, Store, type Filter } from './store';

const DAY_MS = 86_400_000;

interface Period {
  from: Date;
  to: Date;
}

/** Every state is named, so that the index by state and start serves. */
const livedIn = ({ from, to }: Period): Filter => ({
  state: op({ $in: [...SESSION_STATES] }),
  startedAt: op({ $lt: to }),
  $or: [{ endedAt: null }, { endedAt: op({ $gte: from }) }],
});

export class MongoJudgedSessions implements JudgedSessions {
  readonly #store: Store<SessionDocument>;

  constructor(connection: Connection) {
    this.#store = new Store(connection, sessions);
  }

  lived(period: Period) {
    return this.#store.count(livedIn(period));
  }

  async livedByDay({ from, to }: Period) {
    const dayOf = (date: object | string) => ({
      $dateToString: { date, format: '%Y-%m-%d' },
    });
    const rows = await this.#store.aggregate<{
      _id: { first: string; last: string };
      sessions: number;
    }>([
      { $match: livedIn({ from, to }) },
      {
        $group: {
          _id: {
            first: dayOf('$startedAt'),
            last: dayOf({ $ifNull: ['$endedAt', to] }),
          },
          sessions: { $sum: 1 },
        },
      },
    ]);
    return daysOf({ from, to }).map((day) => ({
      day,
      sessions: rows.reduce(
        (sum, { _id, sessions: count }) => sum + (_id.first <= day && day <= _id.last ? count : 0),
        0,
      ),
    }));
  }

  async standing(id: SessionId) {
    const found = await this.#store.one({ _id: id });
    if (!found) return null;
    return {
      lives: (LIVE_STATES as readonly string[]).includes(found.state),
      endedAt: found.endedAt ?? null,
      stepUpAt: found.stepUpAt ?? null,
    };
  }
}

/** UTC days that the period touches. */
function daysOf({ from, to }: Period): string[] {
  const days: string[] = [];
  const first = Math.floor(from.getTime() / DAY_MS);
  const last = Math.floor((to.getTime() - 1) / DAY_MS);
  for (let day = first; day <= last; day++) {
    days.push(new Date(day * DAY_MS).toISOString().slice(0, 10));
  }
  return days;
}

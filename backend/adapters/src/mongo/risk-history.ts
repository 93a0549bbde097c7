// The course of scores, in MongoDB: one document a session and minute, since single points would be thousands a second.
import type { Connection } from 'mongoose';
import type { SessionId } from '@verity/protocol/ids';
import type { RiskHistory, RiskPointRecord } from '@verity/domain/risk/ports';
import { bandOf } from '@verity/domain/risk/score';
import { daysAfter } from './retention';
import { declareCollection, EXPIRES, op, Store } from './store';

const MINUTE_MS = 60_000;

export interface RiskMinuteDocument {
  /** `{session}:{minute since 1970}`. */
  _id: string;
  sessionId: SessionId;
  minute: Date;
  /** Score by milliseconds since the minute began: a point that comes again lands on itself. */
  points: Record<string, number>;
  last: number;
  max: number;
  expireAt: Date;
}

export const riskMinutes = declareCollection(
  'risk_minutes',
  {
    _id: String,
    sessionId: { type: String, required: true },
    minute: { type: Date, required: true },
    points: { type: Object, required: true },
    last: { type: Number, required: true },
    max: { type: Number, required: true },
    expireAt: { type: Date, required: true },
  },
  [[{ sessionId: 1, minute: 1 }], [{ minute: 1 }], EXPIRES],
);

const startOfMinute = (at: Date): Date =>
  new Date(Math.floor(at.getTime() / MINUTE_MS) * MINUTE_MS);

export class MongoRiskHistory implements RiskHistory {
  readonly #store: Store<RiskMinuteDocument>;

  constructor(
    connection: Connection,
    private readonly days: number,
  ) {
    this.#store = new Store(connection, riskMinutes);
  }

  async add(points: RiskPointRecord[]) {
    const minutes = new Map<string, RiskPointRecord[]>();
    for (const point of points) {
      const id = `${point.sessionId}:${startOfMinute(point.at).getTime() / MINUTE_MS}`;
      const sharing = minutes.get(id);
      if (sharing) sharing.push(point);
      else minutes.set(id, [point]);
    }
    await this.#store.bulk([...minutes].map(([id, sharing]) => this.#minute(id, sharing)));
  }

  #minute(id: string, points: RiskPointRecord[]) {
    const ordered = points.toSorted((a, b) => a.at.getTime() - b.at.getTime());
    const newest = ordered.at(-1) as RiskPointRecord;
    const minute = startOfMinute(newest.at);
    const set: Record<string, unknown> = { last: newest.riskScore };
    for (const { at, riskScore } of ordered) {
      set[`points.${at.getTime() - minute.getTime()}`] = riskScore;
    }
    return {
      updateOne: {
        filter: { _id: id },
        update: {
          $set: set,
          $max: { max: Math.max(...ordered.map(({ riskScore }) => riskScore)) },
          $setOnInsert: {
            sessionId: newest.sessionId,
            minute,
            expireAt: daysAfter(minute, this.days),
          },
        },
        upsert: true,
      },
    };
  }

  async ofSession(session: SessionId, since: Date) {
    const recent = { sessionId: session, minute: op({ $gte: startOfMinute(since) }) };
    const minutes = await this.#store.many(recent, { minute: 1 });
    return minutes.flatMap(pointsOf).filter(({ at }) => at >= since);
  }

  countOfSessions(sessions: SessionId[]) {
    return this.#store.count({ sessionId: op({ $in: sessions }) });
  }

  removeOfSessions(sessions: SessionId[]) {
    return this.#store.removeAll({ sessionId: op({ $in: sessions }) });
  }

  /** How many minutes of sessions were removed. */
  removeBefore(at: Date) {
    return this.#store.removeAll({ minute: op({ $lt: at }) });
  }

  async course(since: Date) {
    const rows = await this.#store.aggregate<{ _id: Date; mean: number; max: number }>([
      { $match: { minute: { $gte: startOfMinute(since) } } },
      { $group: { _id: '$minute', mean: { $avg: '$last' }, max: { $max: '$max' } } },
      { $sort: { _id: 1 } },
    ]);
    return rows.map(({ _id, mean, max }) => ({ at: _id, mean, max }));
  }
}

function pointsOf({ _id, sessionId, minute, points }: RiskMinuteDocument): RiskPointRecord[] {
  return Object.entries(points)
    .map(([offset, riskScore]) => ({
      id: `${_id}:${offset}`,
      sessionId,
      at: new Date(minute.getTime() + Number(offset)),
      riskScore,
      band: bandOf(riskScore),
    }))
    .sort((a, b) => a.at.getTime() - b.at.getTime());
}

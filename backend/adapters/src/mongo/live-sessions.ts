// The live sessions as an admin sees them first, counted in MongoDB.
import type { Connection } from 'mongoose';
import { LIVE_STATES } from '@verity/protocol/identity/schemas';
import { BANDS } from '@verity/protocol/risk/schemas';
import type { LiveSessions, SessionRecord } from '@verity/domain/identity/ports';
import { isLive, sessions, type SessionDocument } from './sessions';
import { fromStored, op, Store } from './store';

export class MongoLiveSessions implements LiveSessions {
  readonly #store: Store<SessionDocument>;

  constructor(connection: Connection) {
    this.#store = new Store(connection, sessions);
  }

  async counts() {
    const rows = await this.#store.aggregate<{
      _id: Pick<SessionDocument, 'state' | 'band'>;
      sessions: number;
    }>([
      { $match: { state: { $in: [...LIVE_STATES] } } },
      { $group: { _id: { state: '$state', band: '$band' }, sessions: { $sum: 1 } } },
    ]);
    const among = (fits: (row: (typeof rows)[number]) => boolean): number =>
      rows.filter(fits).reduce((sum, row) => sum + row.sessions, 0);
    return {
      total: among(() => true),
      byBand: perKey(BANDS, (band) => among(({ _id }) => _id.band === band)),
      byState: perKey(LIVE_STATES, (state) => among(({ _id }) => _id.state === state)),
    };
  }

  async needingSomebody(limit: number) {
    const waiting = { state: op({ $in: ['step_up', 'restricted'] }) };
    const risky = { ...isLive(), band: op({ $in: ['high', 'critical'] }) };
    const riskiest = { riskScore: -1, _id: -1 } as const;
    const found = await this.#store.many({ $or: [waiting, risky] }, riskiest, limit);
    return found.map((document) =>
      fromStored<SessionRecord>({ ...document, groups: document.groups ?? [] }),
    );
  }
}

const perKey = <K extends string>(keys: readonly K[], count: (key: K) => number) =>
  Object.fromEntries(keys.map((key) => [key, count(key)])) as Record<K, number>;

// Everything that belongs to demo people, in MongoDB.
import type { Connection } from 'mongoose';
import type { DemoData } from '@verity/domain/operations/ports';
import { alerts } from './alerts';
import { behaviourModels, behaviourWindows } from './behaviour';
import { invitations, refreshTokens } from './credentials';
import { devices } from './devices';
import { notificationPreferences, notifications } from './notifications';
import { petitions } from './petitions';
import { decisions } from './policies';
import { policyMoments } from './policy-moments';
import { policyOutcomes } from './policy-outcomes';
import { policyRunSessions } from './policy-runs';
import { riskMinutes } from './risk-history';
import { sessions } from './sessions';
import { op, Store, type CollectionDeclaration, type Document, type Filter } from './store';
import { learningTerms } from './terms';
import { users } from './users';

const CHUNK = 500;

/** What hangs on a person or a session, and by which field. */
const OF_USER = [
  [devices, 'userId'],
  [behaviourWindows, 'userId'],
  [behaviourModels, 'userId'],
  [notifications, 'userId'],
  [notificationPreferences, '_id'],
  [invitations, 'userId'],
  [petitions, 'user_id'],
  [learningTerms, '_id'],
] as const;
const OF_SESSION = [
  [refreshTokens, 'session'],
  [riskMinutes, 'sessionId'],
  [decisions, 'session_id'],
  [policyMoments, 'sessionId'],
  [policyOutcomes, 'session_id'],
  [policyRunSessions, 'session'],
] as const;

export class MongoDemoData implements DemoData {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async count() {
    const demo = { demo: true };
    const [people, signedIn, reported] = await Promise.all([
      this.#store(users).count(demo),
      this.#store(sessions).count(demo),
      this.#store(alerts).count(demo),
    ]);
    return { users: people, sessions: signedIn, alerts: reported };
  }

  /** People go last: what is interrupted is found again, and finished by the next call. */
  async remove() {
    const counts = { users: 0, sessions: 0, alerts: 0 };
    counts.alerts = await this.#store(alerts).removeAll({ demo: true });
    counts.sessions = await this.#removeWith(sessions, OF_SESSION);
    counts.users = await this.#removeWith(users, OF_USER);
    return counts;
  }

  async #removeWith(
    owners: CollectionDeclaration,
    belongings: readonly (readonly [CollectionDeclaration, string])[],
  ) {
    const store = this.#store(owners);
    let removed = 0;
    for (;;) {
      const found = await store.many({ demo: true }, { _id: 1 }, CHUNK);
      if (found.length === 0) return removed;
      const among: Filter = op({ $in: found.map(({ _id }) => _id) });
      for (const [collection, field] of belongings) {
        await this.#store(collection).removeAll({ [field]: among });
      }
      removed += await store.removeAll({ _id: among });
    }
  }

  #store(collection: CollectionDeclaration): Store<Document> {
    return new Store(this.#connection, collection);
  }
}

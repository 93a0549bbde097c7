// Handlers of the risk routes: the score of a session with its course, and what the own model has learnt.
import type { SessionId } from '@verity/protocol/ids';
import type { riskRoutes } from '@verity/protocol/risk/routes';
import type { Sessions } from '@verity/domain/identity/ports';
import type { Clock } from '@verity/domain/kernel/ports';
import { trackAt } from '@verity/domain/risk/learning-terms';
import { kindOf } from '@verity/domain/risk/model-kinds';
import type {
  BehaviourModels,
  BehaviourWindows,
  LiveRisk,
  RiskHistory,
  Terms,
} from '@verity/domain/risk/ports';
import { storedState } from '@verity/domain/risk/shared-model';
import { sessionFeatures } from '@verity/domain/telemetry/session-features';
import type { Handlers } from '../http/handler';
import { seenBy } from './own-sessions';
import { peaksOf } from './risk-course';

export interface RiskRoutePorts {
  sessions: Pick<Sessions, 'byId'>;
  live: Pick<LiveRisk, 'get'>;
  history: Pick<RiskHistory, 'ofSession'>;
  models: Pick<BehaviourModels, 'newestOfUser'>;
  windows: Pick<BehaviourWindows, 'count' | 'ofSession'>;
  terms: Pick<Terms, 'of'>;
  clock: Clock;
}

const HOUR_MINUTES = 60;
/** A session of a whole day leaves fewer. */
const WINDOWS_LOOKED_AT = 5_000;

export function riskHandlers(
  ports: RiskRoutePorts,
): Handlers<Exclude<keyof typeof riskRoutes, 'GET /api/v1/requests/:id'>> {
  const series = async (session: SessionId, minutes: number) => {
    const since = new Date(ports.clock().getTime() - minutes * 60_000);
    const [current, points] = await Promise.all([
      ports.live.get(session),
      ports.history.ofSession(session, since),
    ]);
    return { current, points: peaksOf(points) };
  };

  const behaviour = async (session: SessionId) => {
    const [keystroke, mouse] = await Promise.all(
      (['keystroke', 'mouse'] as const).map(async (modality) => {
        const windows = await ports.windows.ofSession(session, modality, WINDOWS_LOOKED_AT);
        return sessionFeatures(
          modality,
          windows.map(({ features }) => features),
        );
      }),
    );
    return { session_id: session, keystroke: keystroke ?? [], mouse: mouse ?? [] };
  };

  return {
    'GET /api/v1/me/risk': (_input, { caller }) => series(caller.rights.id, HOUR_MINUTES),

    async 'GET /api/v1/me/model'(_input, { caller }) {
      const { userId } = caller.rights;
      const terms = await ports.terms.of(userId);
      const track = trackAt(terms, ports.clock());
      const [windows, models] = await Promise.all([
        ports.windows.count(userId, track),
        ports.models.newestOfUser(userId, track),
      ]);
      const trained = models.map(({ trainedAt }) => trainedAt.toISOString()).sort();
      const ready = models.some(
        ({ modality, artefact }) => storedState(kindOf(modality), artefact) === 'ready',
      );
      return {
        state: ready ? 'ready' : 'learning',
        version: Math.max(0, ...models.map(({ version }) => version)),
        trained_at: trained.at(-1) ?? null,
        keystroke_windows: windows.keystroke,
        mouse_windows: windows.mouse,
        windows_needed: kindOf('keystroke').windows.needed,
        mouse_windows_needed: kindOf('mouse').windows.needed,
        temporary_until:
          track === 'temporary' ? (terms.temporary?.until.toISOString() ?? null) : null,
        household: terms.household,
      };
    },

    'GET /api/v1/me/behaviour': (_input, { caller }) => behaviour(caller.rights.id),

    async 'GET /api/v1/sessions/:id/behaviour'({ params }, { caller }) {
      return behaviour(seenBy(caller, await ports.sessions.byId(params.id)).id);
    },

    async 'GET /api/v1/sessions/:id/risk'({ params, query }, { caller }) {
      seenBy(caller, await ports.sessions.byId(params.id));
      return series(params.id, query.minutes);
    },
  };
}

// Requests in their context: each is scored beside its session, decided on, and remembered by its id for five minutes.
import { Fault } from '@verity/protocol/faults';
import type { ContextScore } from '@verity/protocol/risk/schemas';
import type { Bus } from '@verity/domain/bus/ports';
import type { Cache } from '@verity/domain/kernel/cache-ports';
import type { Clock } from '@verity/domain/kernel/ports';
import {
  requestSignals,
  scoreRequest,
  type RequestScore,
} from '@verity/domain/risk/request-context';
import type { LiveRisk } from '@verity/domain/risk/ports';
import { networkOf } from '@verity/domain/risk/signals';
import type { Locate } from '@verity/domain/risk/travel';
import type { SessionRights } from '@verity/domain/identity/ports';
import type { Asked, RequestVerdict } from '../http/ports';
import type { Handlers } from '../http/handler';

/** Networks that sessions were told to be used from; beyond these one is told again. */
const MOST_TOLD = 10_000;

export interface RequestContextPorts {
  liveRisk: Pick<LiveRisk, 'get'>;
  cache: Pick<Cache, 'put' | 'peek'>;
  bus: Pick<Bus, 'publish'>;
  locate: Locate;
  clock: Clock;
  /** The decision point: the policy in force over the session and the request. */
  decide(rights: SessionRights, asked: Asked, scored: RequestScore): RequestVerdict;
  /** Something could not be kept or told; the request goes on. */
  onLost(error: unknown): void;
}

export function requestContexts(ports: RequestContextPorts) {
  const told = new Set<string>();

  /** The session learns once that it is used from another network. */
  const tellSession = async (rights: SessionRights, address: string, scored: RequestScore) => {
    const key = `${rights.id} ${networkOf(address)}`;
    if (scored.observations.length === 0 || told.has(key)) return;
    if (told.size >= MOST_TOLD) told.clear();
    told.add(key);
    await ports.bus.publish('stream:findings', {
      session_id: rights.id,
      user_id: rights.userId,
      observed_at: ports.clock().toISOString(),
      cause: 'request',
      observations: scored.observations,
    });
  };

  const remember = (
    rights: SessionRights,
    asked: Asked,
    scored: RequestScore,
    decided: RequestVerdict,
  ) => {
    const context: ContextScore = {
      request_id: asked.requestId,
      session_id: rights.id,
      user_id: rights.userId,
      route: asked.route,
      address: asked.address,
      session_score: scored.sessionScore,
      context_score: scored.score,
      band: scored.band,
      observations: scored.observations.map(({ source, value, weight }) => ({
        source,
        value,
        weight,
      })),
      effect: decided.effect,
      rule_id: decided.ruleId,
      rule_name: decided.ruleName,
      reasons: decided.reasons,
      at: ports.clock().toISOString(),
    };
    return ports.cache.put('context_score', asked.requestId, context);
  };

  return {
    /** Throws `unavailable` when the score of the session cannot be known. */
    decideRequest: async (rights: SessionRights, asked: Asked): Promise<RequestVerdict> => {
      const risk = await ports.liveRisk.get(rights.id);
      const observations = requestSignals(ports.locate, {
        address: asked.address,
        at: ports.clock(),
        session: { address: rights.address, at: new Date(rights.startedAt) },
      });
      const scored = scoreRequest(risk, observations, ports.clock());
      const decided = ports.decide(rights, asked, scored);
      // A proxy asks about every image of a page: of its requests only those are kept that tell something.
      if (!asked.host || observations.length > 0 || decided.effect !== 'allow') {
        remember(rights, asked, scored, decided).catch((error: unknown) => ports.onLost(error));
      }
      tellSession(rights, asked.address, scored).catch((error: unknown) => ports.onLost(error));
      return decided;
    },

    handlers: {
      async 'GET /api/v1/requests/:id'({ params }, { caller }) {
        const context = await ports.cache.peek<ContextScore>('context_score', params.id);
        const own =
          caller.kind === 'user' && caller.rights.role === 'user' ? caller.rights.userId : null;
        if (!context || (own && context.user_id !== own)) {
          throw new Fault('not-found', 'No request of that id is remembered.', {
            fix: 'A request is kept for five minutes; its id is in the header X-Request-Id of its answer.',
          });
        }
        return context;
      },
    } satisfies Partial<Handlers>,
  };
}

// Detects: batches of behaviour become windows, windows become evidence for or against a stranger, one finding a batch.
import type { Delivered } from '@verity/domain/bus/ports';
import { mayBeLearnt, type LearningTerms } from '@verity/domain/risk/learning-terms';
import { kindOf } from '@verity/domain/risk/model-kinds';
import type { LiveRisk, WindowRecord } from '@verity/domain/risk/ports';
import { advance, newWindowState, type BehaviourWindow } from '@verity/domain/telemetry/windows';
import type { FindingMessage, Observation } from '@verity/protocol/risk/messages';
import type { ModelState, RiskScore } from '@verity/protocol/risk/schemas';
import { parseBehaviour, serialiseBehaviour, type BehaviourState } from './behaviour-state';
import type { Enrolment } from './enrol';
import type { ModelShelf, ModelsOfUser } from './models';
import type { StageState } from './ports';
import { SessionMemory } from './session-memory';
import { stage } from './stage';

type Batch = Delivered<'stream:telemetry'>;

/** A finding takes no more observations; so no more windows wait for one. */
const MOST_OBSERVATIONS = 20;
/** Windows of a session that wait to be stored; more than these are let go. */
const MOST_UNLEARNT = 4;

export interface DetectNeeds {
  state: StageState;
  shelf: Pick<ModelShelf, 'of' | 'termsOf'>;
  liveRisk: Pick<LiveRisk, 'many'>;
  enrolment: Pick<Enrolment, 'offer'>;
  stateTtlSeconds: number;
  sessionsInMemory: number;
}

export function detectStage(needs: DetectNeeds) {
  const memory = new SessionMemory<BehaviourState>({
    state: needs.state,
    key: (session) => `behaviour:${session}`,
    parse: parseBehaviour,
    serialise: serialiseBehaviour,
    limit: needs.sessionsInMemory,
    ttlSeconds: needs.stateTtlSeconds,
  });

  return stage({
    name: 'detect',
    stream: 'stream:telemetry',
    group: 'group:ai_processor',
    writes: ['stream:findings'],
    ordered: true,
    async handle(messages: Batch[], signal) {
      await memory.begin(
        messages,
        messages.map(({ payload }) => payload.session_id),
        signal,
      );
      const publish = [];
      const weighed: WindowRecord[] = [];
      for (const message of messages) {
        const { session_id: session, user_id: user } = message.payload;
        const before = unerased(memory.get(session) ?? NOTHING_SEEN, needs.shelf.termsOf(user));
        const { state: windows, windows: finished } = advance(
          before.windows,
          message.payload.batch,
        );
        const models = needs.shelf.of(user);
        const waiting = [
          ...before.unweighed,
          ...finished.map((window, index) => windowRecord(message, window, index)),
        ].slice(-MOST_OBSERVATIONS);
        memory.set(session, { ...before, windows, unweighed: models ? [] : waiting });
        if (models) weighed.push(...waiting);
        publish.push({
          stream: 'stream:findings' as const,
          payload: findingOf(message, models ? waiting : [], models),
          ...(message.traceparent ? { traceparent: message.traceparent } : {}),
        });
      }
      await teach(weighed);
      return { publish, state: memory.effects() };
    },
  });

  /** Offers what may teach to the enrolment, and keeps it with the session until it is stored. */
  async function teach(weighed: WindowRecord[]): Promise<void> {
    const sessions = [...new Set(weighed.map(({ sessionId }) => sessionId))];
    const risks = await needs.liveRisk.many(sessions);
    sessions.forEach((session, index) => {
      const behaviour = memory.get(session);
      if (!behaviour) return;
      const mine = weighed.filter(({ sessionId }) => sessionId === session);
      const [first] = mine;
      const models = first ? needs.shelf.of(first.userId) : null;
      const terms = first ? needs.shelf.termsOf(first.userId) : null;
      const fresh = mayTeach(risks[index] ?? null, models)
        ? mine.filter((record) => !terms || mayBeLearnt(terms, record))
        : [];
      const unlearnt = [...behaviour.unlearnt, ...fresh]
        .filter((record) => !needs.enrolment.offer(record))
        .slice(-MOST_UNLEARNT);
      memory.set(session, { ...behaviour, unlearnt });
    });
  }
}

const NOTHING_SEEN: BehaviourState = {
  windows: newWindowState(),
  unweighed: [],
  unlearnt: [],
  erasedAt: 0,
};

/** What a session has gathered, begun anew when its person has had their behaviour erased since. */
export function unerased(
  state: BehaviourState,
  terms: Pick<LearningTerms, 'erasedAt'> | null,
): BehaviourState {
  const erasedAt = terms?.erasedAt?.getTime() ?? 0;
  return erasedAt > state.erasedAt ? { ...NOTHING_SEEN, erasedAt } : state;
}

/**
 * Behaviour teaches the model only while the session is trusted: at low risk, or at medium while there is no model
 * that could tell. What nothing is known of teaches nothing.
 */
export function mayTeach(
  risk: Pick<RiskScore, 'band'> | null,
  models: ModelsOfUser | null,
): boolean {
  if (!risk) return false;
  return risk.band === 'low' || (risk.band === 'medium' && stateOf(models) !== 'ready');
}

/** `ready` as soon as one way of behaving is known well enough; undefined when the models have not been read. */
function stateOf(models: ModelsOfUser | null): ModelState | undefined {
  if (!models) return undefined;
  return [...models.values()].some(({ state }) => state === 'ready') ? 'ready' : 'learning';
}

/** One finding for a batch, with or without observations: time has passed in any case. */
export function findingOf(
  { payload }: Pick<Batch, 'payload'>,
  windows: readonly Pick<WindowRecord, 'modality' | 'features'>[],
  models: ModelsOfUser | null,
): FindingMessage {
  const observations: Observation[] = [];
  for (const { modality, features } of windows) {
    const model = models?.get(modality);
    if (!model) continue;
    const { weight, value } = model.weigh(Float64Array.from(features));
    observations.push({ source: kindOf(modality).source, value, weight, mode: 'add' });
  }
  const modelState = stateOf(models);
  return {
    session_id: payload.session_id,
    user_id: payload.user_id,
    observed_at: payload.received_at,
    cause: 'batch',
    observations,
    batch_seq: payload.batch.seq,
    ...(modelState ? { model_state: modelState } : {}),
  };
}

const windowRecord = (
  { message_id: id, payload }: Batch,
  window: BehaviourWindow,
  index: number,
): WindowRecord => ({
  // The same when the batch is handled again: it is stored once.
  id: `${id}:${index}`,
  userId: payload.user_id,
  sessionId: payload.session_id,
  modality: window.modality,
  at: new Date(payload.received_at),
  features: Array.from(window.features),
});

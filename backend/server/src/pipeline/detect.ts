// Detects: batches of behaviour become windows, windows become evidence for or against a stranger, one finding a batch.
import type { Delivered } from '@verity/domain/bus/ports';
import { weighWindow } from '@verity/domain/risk/behaviour-model';
import type { LiveRisk, WindowRecord } from '@verity/domain/risk/ports';
import { advance, newWindowState, type BehaviourWindow } from '@verity/domain/telemetry/windows';
import type { FindingMessage, Observation } from '@verity/protocol/risk/messages';
import type { ModelState, RiskScore } from '@verity/protocol/risk/schemas';
import { parseBehaviour, serialiseBehaviour, type BehaviourState } from './behaviour-state';
import type { Enrolment } from './enrol';
import { MODALITIES, type ModelShelf, type ModelsOfUser } from './models';
import type { StageState } from './ports';
import { SessionMemory } from './session-memory';
import { stage } from './stage';

type Batch = Delivered<'stream:telemetry'>;

/** A finding takes no more observations. */
const MOST_OBSERVATIONS = 20;
/** Windows of a session that wait to be stored; more than these are let go. */
const MOST_UNLEARNT = 8;

export interface DetectNeeds {
  state: StageState;
  shelf: ModelShelf;
  liveRisk: LiveRisk;
  enrolment: Enrolment;
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
      const seen = messages.map((message) => {
        const { session_id: session, batch } = message.payload;
        const before = memory.get(session) ?? { windows: newWindowState(), unlearnt: [] };
        const { state, windows } = advance(before.windows, batch);
        memory.set(session, { ...before, windows: state });
        return { message, windows };
      });
      const finished = seen.filter(({ windows }) => windows.length > 0);
      const risks = await lookUp(
        finished.map(({ message }) => message),
        needs,
      );

      const publish = seen.map(({ message, windows }) => {
        const { session_id: session, user_id: user } = message.payload;
        const models = needs.shelf.peek(user);
        if (!models) void needs.shelf.of(user).catch(() => undefined);
        const behaviour = memory.get(session);
        if (behaviour) {
          const fresh = mayTeach(risks.get(session) ?? null, models)
            ? windows.map((window, index) => windowRecord(message, window, index))
            : [];
          const unlearnt = [...behaviour.unlearnt, ...fresh]
            .filter((record) => !needs.enrolment.offer(record))
            .slice(-MOST_UNLEARNT);
          memory.set(session, { ...behaviour, unlearnt });
        }
        return {
          stream: 'stream:findings' as const,
          payload: findingOf(message, windows, models),
          ...(message.traceparent ? { traceparent: message.traceparent } : {}),
        };
      });
      return { publish, state: memory.effects() };
    },
  });
}

/** Brings the models of these people into memory, and answers the scores of these sessions. */
async function lookUp(
  messages: Batch[],
  { shelf, liveRisk }: DetectNeeds,
): Promise<Map<string, RiskScore | null>> {
  if (messages.length === 0) return new Map();
  const sessions = [...new Set(messages.map(({ payload }) => payload.session_id))];
  const users = new Set(messages.map(({ payload }) => payload.user_id));
  const [risks] = await Promise.all([
    liveRisk.many(sessions),
    ...Array.from(users, (user) => shelf.of(user)),
  ]);
  return new Map(sessions.map((session, index) => [session, risks[index] ?? null]));
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

/** `ready` as soon as one way of behaving is known well enough; undefined when the models are not in memory. */
function stateOf(models: ModelsOfUser | null): ModelState | undefined {
  if (!models) return undefined;
  return MODALITIES.some((modality) => models[modality]?.state === 'ready') ? 'ready' : 'learning';
}

/** One finding for a batch, with or without observations: time has passed in any case. */
export function findingOf(
  { payload }: Pick<Batch, 'payload'>,
  windows: readonly BehaviourWindow[],
  models: ModelsOfUser | null,
): FindingMessage {
  const observations: Observation[] = [];
  for (const { modality, features } of windows) {
    const model = models?.[modality];
    if (!model) continue;
    const { weight, value } = weighWindow(model, features);
    observations.push({ source: modality, value, weight, mode: 'add' });
  }
  const modelState = stateOf(models);
  return {
    session_id: payload.session_id,
    user_id: payload.user_id,
    observed_at: payload.received_at,
    cause: 'batch',
    observations: observations.slice(-MOST_OBSERVATIONS),
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

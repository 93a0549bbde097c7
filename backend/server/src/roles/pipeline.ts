// The role `pipeline`: stages over the bus, and enrolment.
import { createLeases } from '@verity/adapters/redis/leases';
import { createSiteSessions } from '@verity/adapters/redis/site-sessions';
import { createStageState } from '@verity/adapters/redis/stage-state';
import { createTrainingMarks } from '@verity/adapters/redis/training-marks';
import { notices } from '@verity/domain/identity/notices';
import { createVault } from '@verity/adapters/crypto/vault';
import { chance, hmacBase64 } from '@verity/adapters/webhooks/hmac';
import { createWebhookWire } from '@verity/adapters/webhooks/wire';
import { askTraining } from '../pipeline/ask-training';
import { startPipeline } from '../pipeline/pipeline';
import { startWebhooks } from '../pipeline/webhooks';
import { heraldOfEmitter, type Herald } from '../socket/announcer';
import { openAudit, openSequencer } from './audit';
import { lifeOver, type Ground } from './ground';
import type { Jobs } from './jobs';
import { learningOver, sayBaselineRanOut } from './learning';

/** `herald` is that of the socket server when this process has one. */
export async function startPipelineRole(
  ground: Ground,
  jobs: Jobs,
  herald?: Herald,
): Promise<void> {
  const { config, stores, redis, log } = ground;
  const speaking =
    herald ??
    heraldOfEmitter(redis.commands, {
      bus: ground.bus,
      prefix: config.REDIS_PREFIX,
      lost: (err) => log.warn({ err }, 'an announcement was lost'),
    });
  const sequencer = openSequencer(ground, await openAudit(ground));
  const pipeline = await startPipeline({
    ...ground,
    state: createStageState(redis),
    leases: createLeases(redis, ground.newId),
    users: stores.users,
    sessions: stores.sessions,
    policies: stores.policies,
    decisions: stores.decisions,
    moments: stores.moments,
    outcomes: stores.outcomes,
    judged: stores.judged,
    history: stores.riskHistory,
    windows: stores.behaviourWindows,
    models: stores.behaviourModels,
    terms: stores.terms,
    train: askTraining({
      ...ground,
      enqueue: jobs.enqueuer.enqueue,
      states: jobs.states,
      marks: createTrainingMarks(redis),
    }),
    learning: learningOver(ground),
    baselineRanOut: sayBaselineRanOut({
      journal: ground.journal,
      tell: notices({
        ...ground,
        notifications: stores.notifications,
        announce: speaking.announce,
      }),
    }),
    alerts: stores.alerts,
    sequencer,
    life: lifeOver(ground, speaking),
    announcer: speaking,
    rightsChanged: (session) => speaking.rightsChanged(session),
    settings: { sessionHours: config.SESSION_HOURS },
  });
  ground.shutdown.on('drain', 'pipeline', () => pipeline.stop().then(() => sequencer.close()));
  const siteSessions = createSiteSessions(redis);
  const webhooks = startWebhooks({
    ...ground,
    ...stores,
    sitesOf: (session) => siteSessions.enteredBy(session),
    wire: createWebhookWire({ allowPrivate: config.WEBHOOKS_TO_PRIVATE === 'allow' }),
    seal: createVault(config.MASTER_KEY),
    hmac: hmacBase64,
    chance,
    leases: createLeases(redis, ground.newId),
    announcer: speaking,
    retryHours: config.WEBHOOK_RETRY_HOURS,
  });
  ground.shutdown.on('drain', 'webhooks', () => webhooks.stop());
}

// The role `pipeline`: stages over the bus, enrolment, and the sweep over live sessions.
import { createLeases } from '@verity/adapters/redis/leases';
import { createStageState } from '@verity/adapters/redis/stage-state';
import { notices } from '@verity/domain/identity/notices';
import { startPipeline } from '../pipeline/pipeline';
import { heraldOfEmitter, type Herald } from '../socket/announcer';
import { lifeOver, sha256, type Ground } from './ground';
import { learningOver, sayBaselineRanOut } from './learning';

/** `herald` is that of the socket server when this process has one. */
export async function startPipelineRole(ground: Ground, herald?: Herald): Promise<void> {
  const { config, stores, redis, log } = ground;
  const speaking =
    herald ??
    heraldOfEmitter(redis.commands, {
      bus: ground.bus,
      prefix: config.REDIS_PREFIX,
      lost: (err) => log.warn({ err }, 'an announcement was lost'),
    });
  const pipeline = await startPipeline({
    ...ground,
    sha256,
    state: createStageState(redis),
    leases: createLeases(redis, ground.newId),
    users: stores.users,
    sessions: stores.sessions,
    policies: stores.policies,
    decisions: stores.decisions,
    history: stores.riskHistory,
    windows: stores.behaviourWindows,
    models: stores.behaviourModels,
    terms: stores.terms,
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
    chain: stores.auditChain,
    life: lifeOver(ground, speaking),
    announcer: speaking,
    rightsChanged: (session) => speaking.rightsChanged(session),
    settings: { sweepSeconds: config.SWEEP_SECONDS, sessionHours: config.SESSION_HOURS },
  });
  ground.shutdown.on('drain', 'pipeline', () => pipeline.stop());
}

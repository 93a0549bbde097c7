// The tools of tasks over the real world, for workers and their threads alike.
import { setTimeout as sleep } from 'node:timers/promises';
import { sha256 } from '@verity/adapters/crypto/audit-crypto';
import { sweepCache } from '@verity/adapters/redis/sweep-cache';
import type { DetectionPorts } from '@verity/domain/detection/ports';
import { notices } from '@verity/domain/identity/notices';
import { isLive } from '@verity/domain/identity/session-rights';
import { Fault } from '@verity/protocol/faults';
import { QUEUES } from '@verity/protocol/jobs/schemas';
import { letTimePass, sweepSessions } from '@verity/server/pipeline/sweep';
import { openAudit } from '@verity/server/roles/audit';
import { lifeOver, retentionOf, type Ground } from '@verity/server/roles/ground';
import type { Jobs } from '@verity/server/roles/jobs';
import { policyWorkTools } from '@verity/server/roles/policy-work';
import { heraldOfEmitter } from '@verity/server/socket/announcer';
import type { Monitoring, Retention, SystemReport, Tools } from '../tools';
import { anchoringOver, lastExamined } from './anchoring';
import { auditUpkeepOver } from './audit-upkeep';
import { trainingOver } from './training';

const SCORE_PATIENCE_MS = 10_000;
const SCORE_POLL_MS = 50;
/** Entries of a stream that wait for a group: above it the report names a problem. */
const MUCH_LAG = 10_000;

export function openTools(ground: Ground, jobs: Jobs): Tools {
  const { clock, newId, journal } = ground;
  const anchoring = anchoringOver(ground, () => openAudit(ground));
  return {
    clock,
    newId,
    journal,
    enqueue: jobs.enqueuer.enqueue,
    enqueueMany: (task, payloads, options) => jobs.enqueuer.enqueueMany(task, payloads, options),
    monitoring: monitoringOver(ground),
    retention: retentionOver(ground),
    report: reportOver(ground, jobs),
    training: trainingOver(ground, heraldOver(ground)),
    policy: policyWorkTools(ground, jobs, heraldOver(ground)),
    threats: detectionOver(ground),
    anchoring: { ...anchoring, lastExamined: () => lastExamined(ground.stores.jobs) },
    sha256,
    audit: auditUpkeepOver(
      ground,
      () => openAudit(ground),
      ground.config.CHAIN_URL ? (size) => anchoring.rootAt(size) : undefined,
    ),
  };
}

const detectionOver = ({ stores, bus, clock }: Ground): DetectionPorts => ({
  facts: stores.threatFacts,
  raise: async (report, messageId) =>
    void (await bus.publish('stream:alerts', report, { messageId, priority: 2 })),
  sha256,
  clock,
});

const heraldOver = ({ redis, bus, config, log }: Ground) =>
  heraldOfEmitter(redis.commands, {
    bus,
    prefix: config.REDIS_PREFIX,
    lost: (err) => log.warn({ err }, 'an announcement was lost'),
  });

function monitoringOver(ground: Ground): Monitoring {
  const { stores, liveRisk, clock } = ground;
  const herald = heraldOver(ground);
  const needs = {
    ...ground,
    sessions: stores.sessions,
    life: lifeOver(ground, herald),
    announcer: herald,
  };
  return {
    sweep: (signal) => sweepSessions(needs, signal),
    async check(id, signal) {
      const session = await stores.sessions.byId(id);
      if (!session || !isLive(session, clock())) return null;
      const before = await liveRisk.get(id);
      await letTimePass(needs, session);
      const deadline = performance.now() + SCORE_PATIENCE_MS;
      while (performance.now() < deadline) {
        await sleep(SCORE_POLL_MS, undefined, { signal });
        const score = await liveRisk.get(id);
        if (score && score.at !== before?.at) return score;
      }
      throw new Fault(
        'unavailable',
        `No score of the session came within ${SCORE_PATIENCE_MS / 1_000} s.`,
        {
          fix: 'See on the system page whether the pipeline runs and how far it is behind.',
        },
      );
    },
  };
}

function retentionOver({ stores, config, redis }: Ground): Retention {
  const { riskDays, behaviourDays, notificationDays } = retentionOf(config);
  return {
    days: {
      sessions: config.SESSION_RETENTION_DAYS,
      behaviour: behaviourDays,
      scores: riskDays,
      notifications: notificationDays,
    },
    endedSessions: (before) => stores.sessions.removeEndedBefore(before),
    behaviourWindows: (before) => stores.behaviourWindows.removeAllBefore(before),
    scores: (before) => stores.riskHistory.removeBefore(before),
    notifications: (before) => stores.notifications.removeBefore(before),
    supersededModels: (keep) => stores.behaviourModels.removeSuperseded(keep),
    cache: (signal) => sweepCache(redis, config.REDIS_PREFIX, signal),
  };
}

function reportOver(ground: Ground, { broker }: Jobs): SystemReport {
  const { stores, bus, cache } = ground;
  const herald = heraldOver(ground);
  const tell = notices({
    ...ground,
    notifications: stores.notifications,
    announce: herald.announce,
  });
  return {
    async read(since) {
      const [health, live, open, streams, summary, { used_memory }, queues] = await Promise.all([
        ground.health(),
        stores.liveSessions.counts(),
        stores.alerts.countOpen(),
        bus.state(),
        stores.jobs.summarise(since),
        cache.state(),
        Promise.all(
          QUEUES.map(async (queue) => ({
            queue,
            messages: await broker.depth(queue).then(
              ({ messages }) => messages,
              () => null,
            ),
          })),
        ),
      ]);
      const waiting = streams.map(({ stream, length, groups }) => ({
        stream,
        length,
        lag: Math.max(0, ...groups.map(({ lag }) => lag ?? 0)),
      }));
      const sum = (of: (row: (typeof summary)[number]) => number): number =>
        summary.reduce((total, row) => total + of(row), 0);
      const jobs = {
        succeeded: sum(({ succeeded }) => succeeded),
        failed: sum(({ failed }) => failed),
      };
      const problems = [
        ...health.dependencies
          .filter(({ ok }) => !ok)
          .map(({ name, problem, fix }) => `${name}: ${problem ?? 'does not answer'} ${fix ?? ''}`),
        ...waiting
          .filter(({ lag }) => lag > MUCH_LAG)
          .map(({ stream, lag }) => `${lag} entries of ${stream} wait to be handled.`),
        ...(queues.some(({ messages }) => messages === null)
          ? ['The queues of RabbitMQ cannot be read.']
          : []),
        ...(jobs.failed > 0
          ? [`${jobs.failed} jobs failed for good: see the console of jobs.`]
          : []),
      ];
      return {
        ok: problems.length === 0,
        problems,
        dependencies: health.dependencies.map(({ name, ok, milliseconds }) => ({
          name,
          ok,
          milliseconds,
        })),
        sessions: {
          live: live.total,
          in_step_up: live.byState.step_up,
          restricted: live.byState.restricted,
        },
        alerts: { open },
        streams: waiting,
        queues,
        jobs,
        memory: { redis_bytes: used_memory },
      };
    },
    async tellAdmins(title, body, link = '/system') {
      for await (const admin of adminsOf(ground)) {
        await tell(admin, { kind: 'system', title, body, link, session: null });
      }
    },
  };
}

async function* adminsOf({ stores }: Ground) {
  let cursor: string | undefined;
  do {
    const { items, next_cursor } = await stores.users.list(
      { role: 'admin' },
      { cursor, limit: 200 },
    );
    for (const { id } of items) yield id;
    cursor = next_cursor ?? undefined;
  } while (cursor);
}

// The pipeline of a process: every stage over the bus, enrolment beside it, and their orderly end.
import type { Alerts } from '@verity/domain/alerts/ports';
import type { Bus, Subscription } from '@verity/domain/bus/ports';
import type { SessionRightsCache, Sessions, Users } from '@verity/domain/identity/ports';
import type { SessionLife } from '@verity/domain/identity/session-life';
import type { Cache } from '@verity/domain/kernel/cache-ports';
import type { Clock, NewId } from '@verity/domain/kernel/ports';
import type { Moments } from '@verity/domain/policy/moments';
import type { JudgedSessions, Outcomes } from '@verity/domain/policy/outcome-ports';
import type { Decisions, Policies } from '@verity/domain/policy/ports';
import type { Announcer } from '@verity/domain/realtime/ports';
import type { Learning } from '@verity/domain/risk/learning';
import type { LearningTerms } from '@verity/domain/risk/learning-terms';
import type {
  BehaviourModels,
  BehaviourWindows,
  LiveRisk,
  RiskHistory,
  Terms,
} from '@verity/domain/risk/ports';
import type { SessionId } from '@verity/protocol/ids';
import type { AskTraining } from './ask-training';
import { decideStage } from './decide';
import { detectStage } from './detect';
import { enforceStage } from './enforce';
import { Enrolment } from './enrol';
import { followModels, ModelShelf } from './models';
import { MomentNotes } from './moment-notes';
import { networkContextStage } from './network-context';
import { outcomeTools } from './outcome-tools';
import { followPolicy, RELOAD_MS } from './policy-in-force';
import type { Leases, Log, StageState } from './ports';
import {
  recordAlertsStage,
  recordAuditStage,
  recordDecisionsStage,
  type Sequencer,
} from './record';
import { recordRiskStage } from './record-risk';
import { scoreStage } from './score';
import { runnable } from './stage';
import { threatsStage } from './threats';
import { trackOutcomesStage } from './track-outcomes';
import { judgeAll } from './sweep';
import { followTerms } from './terms-in-force';

const JUDGING_LEASE_MS = 120_000;

export interface PipelineNeeds {
  bus: Bus;
  state: StageState;
  leases: Leases;
  cache: Cache;
  clock: Clock;
  newId: NewId;
  log: Log;
  users: Users;
  sessions: Sessions;
  rights: SessionRightsCache;
  liveRisk: LiveRisk;
  life: SessionLife;
  policies: Policies;
  decisions: Decisions;
  moments: Moments;
  outcomes: Outcomes;
  judged: JudgedSessions;
  history: RiskHistory;
  windows: BehaviourWindows;
  models: BehaviourModels;
  terms: Terms;
  /** Has a model trained, by a job. */
  train: AskTraining;
  learning: Pick<Learning, 'endTemporary'>;
  /** Told of a temporary baseline that has ended because its time was over. */
  baselineRanOut(terms: LearningTerms): Promise<void>;
  alerts: Alerts;
  sequencer: Sequencer;
  announcer: Announcer;
  rightsChanged(session: SessionId): void;
  settings: {
    sessionHours: number;
    /** Sessions whose state each stage keeps in memory. */
    sessionsInMemory?: number;
  };
}

export interface Pipeline {
  /** Stops intake, finishes what is in hand. */
  stop(): Promise<void>;
}

/** Throws when the policy in force cannot be read: no decision is made without one. */
export async function startPipeline(needs: PipelineNeeds): Promise<Pipeline> {
  const { settings } = needs;
  const memory = {
    state: needs.state,
    // Somewhat longer than a session can live.
    stateTtlSeconds: (settings.sessionHours + 1) * 3600,
    sessionsInMemory: settings.sessionsInMemory ?? 20_000,
  };
  const shelf = new ModelShelf(needs);
  const enrolment = new Enrolment({ ...needs, shelf });
  const trained = followModels({ ...needs, shelf });
  // Every process has read the new version by then; whoever is silent meets it too.
  let judging: ReturnType<typeof setTimeout> | undefined;
  const policy = await followPolicy({
    ...needs,
    changed: () => {
      clearTimeout(judging);
      judging = setTimeout(() => {
        // Once, however many processes follow the policy.
        needs.leases
          .hold('judge-all', JUDGING_LEASE_MS, () => judgeAll(needs))
          .catch((err: unknown) =>
            needs.log.warn({ err }, 'sessions meet the policy with the next sweep'),
          );
      }, RELOAD_MS);
    },
  });
  const agreed = followTerms({
    ...needs,
    changed({ userId }) {
      shelf.forget(userId);
      enrolment.forget(userId);
    },
    async runOut(terms) {
      if (await needs.learning.endTemporary(terms)) await needs.baselineRanOut(terms);
    },
  });
  const stages = [
    runnable(detectStage({ ...memory, shelf, enrolment, liveRisk: needs.liveRisk })),
    runnable(scoreStage({ ...memory, clock: needs.clock })),
    runnable(
      decideStage({
        ...memory,
        rightsNow: (id) => needs.life.rightsNow(id),
        policy: policy.standing,
        clock: needs.clock,
        newId: needs.newId,
      }),
    ),
    runnable(threatsStage(needs)),
    runnable(networkContextStage(needs)),
    runnable(enforceStage(needs)),
    runnable(recordRiskStage({ ...needs, moments: new MomentNotes(needs) })),
    runnable(trackOutcomesStage(outcomeTools(needs))),
    runnable(recordDecisionsStage(needs)),
    runnable(recordAlertsStage(needs)),
    runnable(recordAuditStage(needs)),
  ];
  const running: Subscription[] = stages.map((stage) => stage.run(needs.bus));

  return {
    async stop() {
      policy.stop();
      clearTimeout(judging);
      await Promise.all([agreed.stop(), trained.stop()]);
      await Promise.all(running.map((subscription) => subscription.stop()));
      await enrolment.stop();
    },
  };
}

// What tasks may ask of the world: ports, given by whoever wires a worker.
import type { SyncResult } from '@verity/domain/audit/anchoring';
import type { ChainHealth } from '@verity/domain/audit/chain-health';
import type { Sha256 } from '@verity/domain/audit/merkle';
import type { AuditVerifications, Journal } from '@verity/domain/audit/ports';
import type { StoringPorts } from '@verity/domain/audit/store-evidence';
import type { Integrity, IntegrityOptions } from '@verity/domain/audit/verify-integrity';
import type { Clock, NewId } from '@verity/domain/kernel/ports';
import type { BehaviourWindows } from '@verity/domain/risk/ports';
import type { TrainingPorts } from '@verity/domain/risk/train-model';
import type { DuePorts } from '@verity/domain/risk/train-person';
import type { SessionId, UserId } from '@verity/protocol/ids';
import type { DetectionPorts } from '@verity/domain/detection/ports';
import type { PolicyWorkPorts } from '@verity/domain/policy/work-ports';
import type { RiskScore } from '@verity/protocol/risk/schemas';
import type { Enqueuer } from './enqueue';

export interface Tools {
  readonly clock: Clock;
  readonly newId: NewId;
  readonly journal: Journal;
  readonly sha256: Sha256;
  readonly enqueue: Enqueuer['enqueue'];
  readonly enqueueMany: Enqueuer['enqueueMany'];
  readonly monitoring: Monitoring;
  readonly retention: Retention;
  readonly report: SystemReport;
  readonly training: ModelTraining;
  readonly policy: PolicyWorkPorts;
  readonly threats: DetectionPorts;
  readonly anchoring: Anchoring;
  readonly audit: AuditUpkeep;
}

/** Of the audit log on the chain. */
export interface Anchoring {
  sync(signal: AbortSignal): Promise<SyncResult>;
  examine(): Promise<ChainHealth>;
  /** The problems of the look before; null when none is remembered. */
  lastExamined(): Promise<Pick<ChainHealth, 'problems'> | null>;
}

/** Of the audit log, and of what hangs on it. */
export interface AuditUpkeep {
  readonly evidence: StoringPorts;
  readonly verifications: AuditVerifications;
  verify(options: IntegrityOptions): Promise<Integrity>;
  /** Days that details stay in the index. */
  readonly archiveDays: number;
  archive(
    before: Date,
    run: { signal: AbortSignal; progress: (done: number, total: number) => void },
  ): Promise<{ archived: number; files: number }>;
}

export interface Monitoring {
  /** Looks at every live session: silence and expiry count, lost rights are repaired. */
  sweep(
    signal: AbortSignal,
  ): Promise<{ sessions: number; silent: number; expired: number; repaired: number }>;
  /** Has one session scored anew; null when it does not live. Throws `unavailable` when no score comes. */
  check(session: SessionId, signal: AbortSignal): Promise<RiskScore | null>;
}

/** Lets go of what is older than its time. Each answers how many were removed. */
export interface Retention {
  readonly days: {
    readonly sessions: number;
    readonly behaviour: number;
    readonly scores: number;
    readonly notifications: number;
  };
  endedSessions(before: Date): Promise<number>;
  behaviourWindows(before: Date): Promise<number>;
  scores(before: Date): Promise<number>;
  notifications(before: Date): Promise<number>;
  /** All but the newest `keep` versions of each model. */
  supersededModels(keep: number): Promise<number>;
  /** Entries of other versions, and such as would never go by themselves. */
  cache(signal: AbortSignal): Promise<{ looked: number; removed: number }>;
}

/** Of models of behaviour: heavy on the processor, so only tasks that run in threads train. */
export interface ModelTraining extends TrainingPorts, DuePorts {
  readonly windows: TrainingPorts['windows'] & Pick<BehaviourWindows, 'people'>;
  readonly models: TrainingPorts['models'] & DuePorts['models'];
  /** Throws `not-found` when there is no such person. */
  demandPerson(user: UserId): Promise<void>;
  /** Ends temporary baselines whose time is over, of one person or of all. How many. */
  endBaselines(user: UserId | undefined, signal: AbortSignal): Promise<number>;
}

export interface SystemReport {
  /** What the parts say of themselves, and what waits in them. */
  read(since: Date): Promise<{
    ok: boolean;
    problems: string[];
    dependencies: { name: string; ok: boolean; milliseconds: number }[];
    sessions: { live: number; in_step_up: number; restricted: number };
    alerts: { open: number };
    streams: { stream: string; length: number; lag: number }[];
    queues: { queue: string; messages: number | null }[];
    jobs: { succeeded: number; failed: number };
    memory: { redis_bytes: number };
  }>;
  /** Tells every admin; `link` is the page to look at, System when left out. */
  tellAdmins(title: string, body: string, link?: string): Promise<void>;
}

// What runs over recorded sessions need of the world.
import type { PageRequest } from '../kernel/page-request';
import type { JobId, PolicyRunId, SessionId } from '@verity/protocol/ids';
import type { Page } from '@verity/protocol/page';
import type {
  Difference,
  OptimisationResult,
  PolicyRun,
  ReplayedSession,
  SimulationResult,
} from '@verity/protocol/policy/runs';
import type { Breathe } from './breather';
import type { Moments } from './moments';
import type { Outcomes } from './outcome-ports';
import type { Policies } from './ports';
import type { SimulationTally } from './simulation-tally';

/** Where a simulation goes on after it was interrupted. */
export interface Checkpoint {
  after: SessionId | null;
  tally: SimulationTally;
}

/** A run, and the job that does it. */
export interface RunOfJob {
  id: PolicyRunId;
  job: JobId;
}

export interface ReplayedRecord extends Omit<
  ReplayedSession,
  'user_email' | 'user_name' | 'device_label'
> {
  /** What a reader must see first is higher. */
  rank: number;
}

export interface PolicyRuns {
  /** One that is there already stays. */
  add(run: PolicyRun): Promise<void>;
  byId(id: PolicyRunId): Promise<PolicyRun | null>;
  /** Newest first. */
  list(page: PageRequest): Promise<Page<PolicyRun>>;
  /** Those that wait or are being done, the oldest first. */
  going(): Promise<PolicyRun[]>;
  /**
   * Marks it as being done by a job; answers where it goes on, or null when it is over. One that failed or was cancelled
   * begins anew for another job than the one that it ended with.
   */
  begin(
    id: PolicyRunId,
    job: JobId,
    at: Date,
  ): Promise<{ run: PolicyRun; checkpoint: Checkpoint | null } | null>;
  /** Keeps how far it is. False when it was cancelled: the work stops. */
  advance(
    id: PolicyRunId,
    progress: PolicyRun['progress'],
    checkpoint?: Checkpoint,
  ): Promise<boolean>;
  /** Ends a run; one that is over already, perhaps cancelled meanwhile, stays as it is. */
  end(
    id: PolicyRunId,
    how:
      | { state: 'done'; simulation: SimulationResult }
      | { state: 'done'; optimisation: OptimisationResult }
      | { state: 'failed'; problem: string },
    at: Date,
  ): Promise<void>;
  /** Null when it is over already. */
  cancel(id: PolicyRunId, at: Date): Promise<PolicyRun | null>;
  /** Those of a session that are there already are left alone. */
  addSessions(id: PolicyRunId, sessions: ReplayedRecord[]): Promise<void>;
  /** What differs first, and within it the strictest and riskiest. */
  sessions(
    id: PolicyRunId,
    filter: { difference?: Difference | undefined; ruleId?: string | undefined },
    page: PageRequest,
  ): Promise<Page<ReplayedSession>>;
}

export interface SimulationPorts {
  runs: Pick<PolicyRuns, 'begin' | 'advance' | 'end' | 'addSessions'>;
  moments: Pick<Moments, 'recorded' | 'countOfSessions'>;
  outcomes: Pick<Outcomes, 'saidOf'>;
  policies: Pick<Policies, 'byVersion'>;
  clock: () => Date;
  /** Lets others work in between; the job of a thread of its own need not. */
  breathe: Breathe;
}

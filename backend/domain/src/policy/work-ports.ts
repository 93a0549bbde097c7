// What work on policies needs of the world, all of it together: for who runs it.
import type { PolicyRun } from '@verity/protocol/policy/runs';
import type { HealthPorts } from './check-health';
import type { EffectivenessPorts } from './effectiveness';
import type { Author } from './make-version';
import type { OutcomeTrackerPorts } from './outcome-ports';
import type { Policies } from './ports';
import type { OptimisationPorts } from './run-optimisation';
import type { PolicyRuns, SimulationPorts } from './run-ports';

export interface PolicyWorkPorts
  extends
    Omit<SimulationPorts, 'outcomes'>,
    Omit<OptimisationPorts, 'outcomes'>,
    Omit<HealthPorts, 'outcomes'> {
  runs: PolicyRuns;
  policies: Policies;
  outcomes: OutcomeTrackerPorts['outcomes'];
  judged: OutcomeTrackerPorts['judged'] & EffectivenessPorts['judged'];
  /** Who acts, as versions and the audit log name them: `user:{id}` or `system:{part}`. */
  authorOf(actor: string): Promise<Author>;
  /** Tells the admins of thresholds that a search has found and that wait for their decision. */
  propose(run: PolicyRun): Promise<void>;
  /** Does the work unless somebody does it already, in any process; false then. */
  alone(what: string, work: () => Promise<void>): Promise<boolean>;
}

// The work on policies that waits to be done: each piece by its name, ready for whoever runs it.
import { checkPolicyHealth, type HealthPorts } from './check-health';
import type { OutcomeTrackerPorts } from './outcome-ports';
import { settleAbandoned } from './outcomes';
import { runOptimisation, type OptimisationPorts } from './run-optimisation';
import type { PolicyRuns, SimulationPorts } from './run-ports';
import { runSimulation, type Progress } from './simulate';

export type PolicyWorkPorts = SimulationPorts &
  OptimisationPorts &
  HealthPorts &
  Pick<OutcomeTrackerPorts, 'outcomes' | 'judged'> & { runs: PolicyRuns };

/** The oldest run that waits or was interrupted, to its end. False when there is none. */
export async function runNext(
  tools: PolicyWorkPorts,
  signal: AbortSignal,
  progress?: Progress,
): Promise<boolean> {
  const run = await tools.runs.next();
  if (!run) return false;
  const runs = { simulation: runSimulation, optimisation: runOptimisation };
  try {
    await runs[run.kind](run.id, tools, signal, progress);
  } catch (error) {
    signal.throwIfAborted();
    const problem = error instanceof Error ? error.message : String(error);
    await tools.runs.end(run.id, { state: 'failed', problem }, tools.clock());
    throw error;
  }
  return true;
}

/** What is due now and then: open challenges whose session has ended, and the watch over the version in force. */
export async function policyUpkeep(tools: PolicyWorkPorts, signal: AbortSignal): Promise<void> {
  await settleAbandoned(tools, signal);
  await checkPolicyHealth(tools, signal);
}

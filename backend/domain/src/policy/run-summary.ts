// A run in a few figures: what its job answers.
import type { PolicyRun } from '@verity/protocol/policy/runs';

export const summaryOf = ({ id, state, problem, simulation, optimisation }: PolicyRun) => ({
  run_id: id,
  state,
  problem,
  ...(simulation && {
    sessions: simulation.sessions,
    differences: simulation.differences,
    friction: { today: simulation.today.friction, draft: simulation.draft.friction },
    exposure: { today: simulation.today.exposure, draft: simulation.draft.exposure },
  }),
  ...(optimisation && {
    sessions: optimisation.fit_sessions + optimisation.held_out_sessions,
    policies_tried: optimisation.policies_tried,
    thresholds: optimisation.proposal?.thresholds ?? null,
    note: optimisation.note,
    applied: optimisation.applied,
  }),
});

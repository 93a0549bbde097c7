// Tracks outcomes (`track_policy_outcome`): the records on their way to the audit log tell what became of each challenge.
import type { Delivered } from '@verity/domain/bus/ports';
import type { OutcomeTrackerPorts } from '@verity/domain/policy/outcome-ports';
import { trackOutcomes } from '@verity/domain/policy/outcomes';
import { stage } from './stage';

export const trackOutcomesStage = (tools: OutcomeTrackerPorts) =>
  stage({
    name: 'track outcomes',
    stream: 'stream:forensics',
    group: 'group:outcomes',
    writes: [],
    // A proof is an answer to the challenge before it.
    ordered: true,
    async handle(messages: Delivered<'stream:forensics'>[], signal) {
      await trackOutcomes(
        messages.map(({ payload }) => payload),
        tools,
        signal,
      );
    },
  });

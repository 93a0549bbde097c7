// What stream:ai_decisions carries: a decision whose effect, band, policy version or report is new, or one a minute.
import { z } from 'zod';
import { Band } from '../risk/schemas';
import { Decision } from './schemas';

export const DecisionMessage = Decision.extend({
  kind: z.literal('policy'),
  /** What changed since the decision before; `summary` when nothing did. */
  change: z.enum(['effect', 'band', 'policy', 'report', 'summary']),
  would: Decision.shape.would.default([]),
  rule_condition: Decision.shape.rule_condition.default(''),
  resource: Decision.shape.resource.default(null),
  /** The band of the decision before; null for the first of its session. */
  previous_band: Band.nullable().optional(),
  /** Ids of `notify` rules that held. */
  notify: z.array(z.string()),
});
export type DecisionMessage = z.infer<typeof DecisionMessage>;

// What stream:ai_decisions carries: a decision whose effect, band or policy version is new, or one a minute.
import { z } from 'zod';
import { Decision } from './schemas';

export const DecisionMessage = Decision.extend({
  kind: z.literal('policy'),
  /** What changed since the decision before; `summary` when nothing did. */
  change: z.enum(['effect', 'band', 'policy', 'summary']),
  /** Ids of `notify` rules that held. */
  notify: z.array(z.string()),
});
export type DecisionMessage = z.infer<typeof DecisionMessage>;

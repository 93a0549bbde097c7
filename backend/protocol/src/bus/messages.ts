// What stream:dead_letter carries: a message that no handler could take, whole, with the reason.
import { z } from 'zod';
import { Instant } from '../ids';

export const DeadLetterMessage = z.object({
  original_stream: z.string(),
  /** The envelope as it was, or the raw fields when they do not even parse. */
  original_message: z.unknown(),
  failed_at: Instant,
  reason: z.string(),
  error: z.string(),
  /** The group whose handler failed, and how often it was tried. */
  group: z.string(),
  attempts: z.number().int(),
});
export type DeadLetterMessage = z.infer<typeof DeadLetterMessage>;

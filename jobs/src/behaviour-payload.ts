// Words of behaviour in the payloads of tasks.
import { z } from 'zod';
import type { Modality, Track } from '@verity/domain/risk/ports';

export const BehaviourModality = z
  .string()
  .regex(/^(keystroke|mouse|phrase:[\w.-]{1,64})$/, 'must be keystroke, mouse or phrase:…')
  .transform((text) => text as Modality);

export const BehaviourTrack = z.enum(['standing', 'temporary']) satisfies z.ZodType<Track>;

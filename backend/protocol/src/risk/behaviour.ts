// Words of behaviour that travel: which way of behaving, and whether a temporary baseline is meant.
import { z } from 'zod';

export const Modality = z
  .string()
  .regex(/^(keystroke|mouse|phrase:[\w.-]{1,64})$/, 'must be keystroke, mouse or phrase:…')
  .transform((text) => text as 'keystroke' | 'mouse' | `phrase:${string}`);

export const Track = z.enum(['standing', 'temporary']);

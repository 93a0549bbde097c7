// HMAC-SHA256 as webhooks are signed, and the chance that spreads their retries.
import { createHmac, randomInt } from 'node:crypto';
import type { HmacBase64 } from '@verity/domain/applications/standard-webhooks';

export const hmacBase64: HmacBase64 = (base64Key, text) =>
  createHmac('sha256', Buffer.from(base64Key, 'base64')).update(text).digest('base64');

const STEPS = 2 ** 32;

/** In [0, 1), evenly. */
export const chance = (): number => randomInt(STEPS) / STEPS;

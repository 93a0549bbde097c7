// The public face of the SDK.
export type * from './types';
export { createVerity, VerityError, type Verity, type VerityOptions } from './client';
export { verifyWebhook, WebhookRefused, type WebhookEvent } from './webhook';

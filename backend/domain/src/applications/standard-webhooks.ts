// Signatures of Standard Webhooks 1.0: HMAC-SHA256 over `id.timestamp.body`, in base64, one for each secret in force.

const PREFIX = 'whsec_';

/** HMAC-SHA256 of `text` under the key, which is given in base64 as the result is. */
export type HmacBase64 = (base64Key: string, text: string) => string;

export interface Signed {
  'webhook-id': string;
  /** Seconds since the epoch. */
  'webhook-timestamp': string;
  /** `v1,<base64>`, separated by spaces. */
  'webhook-signature': string;
}

/** As it is handed to the receiver: `whsec_` and the key in base64. */
export const secretText = (base64Key: string): string => `${PREFIX}${base64Key}`;

/** The headers of one attempt. The keys are the secrets in force, newest first. */
export function signWebhook(
  message: { id: string; at: Date; body: string },
  base64Keys: readonly string[],
  hmac: HmacBase64,
): Signed {
  const timestamp = String(Math.floor(message.at.getTime() / 1000));
  const content = `${message.id}.${timestamp}.${message.body}`;
  return {
    'webhook-id': message.id,
    'webhook-timestamp': timestamp,
    'webhook-signature': base64Keys.map((key) => `v1,${hmac(key, content)}`).join(' '),
  };
}

/** Seals small secrets at rest, by purpose. */
export interface Seal {
  seal(purpose: string, plain: Uint8Array): string;
  open(purpose: string, sealed: string): Uint8Array;
}

const PURPOSE = 'webhook';

/** A new secret of 32 random bytes, given in base64url: what is kept, and what the receiver is handed. */
export function newSecret(base64url: string, seal: Seal): { sealedSecret: string; secret: string } {
  const base64 = base64url.replaceAll('-', '+').replaceAll('_', '/').padEnd(44, '=');
  const sealedSecret = seal.seal(PURPOSE, new TextEncoder().encode(base64));
  return { sealedSecret, secret: secretText(base64) };
}

/** The secrets that sign now, in base64, newest first. */
export function secretsInForce(
  webhook: { sealedSecret: string; previous: { sealedSecret: string; until: Date } | null },
  seal: Seal,
  now: Date,
): string[] {
  const { previous } = webhook;
  const sealed = [webhook.sealedSecret];
  if (previous && previous.until > now) sealed.push(previous.sealedSecret);
  return sealed.map((each) => new TextDecoder().decode(seal.open(PURPOSE, each)));
}

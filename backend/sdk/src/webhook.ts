// Checks what a webhook brings: the signature of Standard Webhooks, and that it is not an old one sent again.
import type { WebhookEventKind } from './types';

export interface WebhookEvent {
  /** The same on every attempt: keep it, and count an event once. */
  id: string;
  type: WebhookEventKind;
  timestamp: string;
  data: Record<string, unknown>;
}

export class WebhookRefused extends Error {
  override readonly name: string = 'WebhookRefused';
}

const TOLERANCE_SECONDS = 300;

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

type Headers = Record<string, string | string[] | undefined> | { get(name: string): string | null };

function header(headers: Headers, name: string): string {
  const { get } = headers as { get?: (name: string) => string | null };
  const value =
    typeof get === 'function'
      ? get.call(headers, name)
      : (headers as Record<string, string | string[] | undefined>)[name];
  if (typeof value === 'string') return value;
  throw new WebhookRefused(`The header ${name} is missing.`);
}

/**
 * The event that a request brings. `secret` is what Verity showed (`whsec_…`), `body` the body exactly as it came, as
 * text. Throws `WebhookRefused` when it was not signed with the secret, was changed, or is older than five minutes.
 */
export async function verifyWebhook(
  secret: string,
  headers: Headers,
  body: string,
  now: Date = new Date(),
): Promise<WebhookEvent> {
  const id = header(headers, 'webhook-id');
  const timestamp = header(headers, 'webhook-timestamp');
  const signatures = header(headers, 'webhook-signature').split(' ');
  const age = Math.abs(now.getTime() / 1000 - Number(timestamp));
  if (!(age <= TOLERANCE_SECONDS)) {
    throw new WebhookRefused('The webhook was signed too long ago, or by a clock that is wrong.');
  }
  const key = await crypto.subtle.importKey(
    'raw',
    bytesOf(secret.replace(/^whsec_/, '')),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['verify'],
  );
  const content = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  for (const signature of signatures) {
    const [version, base64 = ''] = signature.split(',', 2);
    // Compared by the platform, in constant time.
    if (version === 'v1' && (await fits(key, base64, content))) {
      return { id, ...(JSON.parse(body) as Omit<WebhookEvent, 'id'>) };
    }
  }
  throw new WebhookRefused('The signature does not fit the secret.');
}

async function fits(key: CryptoKey, base64: string, content: BufferSource): Promise<boolean> {
  if (!/^[A-Za-z0-9+/]{43}=$/.test(base64)) return false;
  return crypto.subtle.verify('HMAC', key, bytesOf(base64), content);
}

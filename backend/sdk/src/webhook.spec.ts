// Webhooks as a receiver checks them, against what the platform signs.
import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { signWebhook } from '@verity/domain/applications/standard-webhooks';
import { verifyWebhook } from './webhook';

const key = randomBytes(32).toString('base64');
const secret = `whsec_${key}`;
const hmac = (base64: string, text: string): string =>
  createHmac('sha256', Buffer.from(base64, 'base64')).update(text).digest('base64');
const body = '{"type":"webhook.test","timestamp":"2026-01-01T00:00:00.000Z","data":{"a":1}}';
const at = new Date();
const signed = (keys = [key], when = at) => ({
  ...signWebhook({ id: 'msg_1', at: when, body }, keys, hmac),
});

describe('verifyWebhook', () => {
  it('answers the event that was signed', async () => {
    const event = await verifyWebhook(secret, signed(), body);
    expect(event).toMatchObject({ id: 'msg_1', type: 'webhook.test', data: { a: 1 } });
    expect(await verifyWebhook(secret, new Headers(signed()), body)).toEqual(event);
  });

  it('takes either secret while they overlap', async () => {
    const other = randomBytes(32).toString('base64');
    await expect(verifyWebhook(secret, signed([other, key]), body)).resolves.toBeTruthy();
  });

  it('refuses another secret, another body, another id, an old one and a missing header', async () => {
    const headers = signed();
    const other = `whsec_${randomBytes(32).toString('base64')}`;
    await expect(verifyWebhook(other, headers, body)).rejects.toThrow('does not fit');
    await expect(verifyWebhook(secret, headers, `${body} `)).rejects.toThrow('does not fit');
    const renamed = { ...headers, 'webhook-id': 'msg_2' };
    await expect(verifyWebhook(secret, renamed, body)).rejects.toThrow('does not fit');
    const old = signed([key], new Date(at.getTime() - 3_600_000));
    await expect(verifyWebhook(secret, old, body)).rejects.toThrow('too long ago');
    await expect(verifyWebhook(secret, {}, body)).rejects.toThrow('webhook-id is missing');
    const odd = { ...headers, 'webhook-signature': 'v1,*** v2,abc v1' };
    await expect(verifyWebhook(secret, odd, body)).rejects.toThrow('does not fit');
  });
});

// Sends webhooks: to the very address that was checked, without following redirects, ten seconds at most.
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { Fault } from '@verity/protocol/faults';
import type { WebhookWire } from '@verity/domain/applications/webhook-ports';
import { targetOf, type Target, type TargetRules } from './target';

/** From the first byte to the last. */
const TIMEOUT_MS = 10_000;
/** So much of an answer is kept; the rest is not even read. */
const RESPONSE_BYTES = 2_048;

interface Answer {
  status: number;
  response: string;
}

export function createWebhookWire(rules: TargetRules & { timeoutMs?: number }): WebhookWire {
  const timeoutMs = rules.timeoutMs ?? TIMEOUT_MS;
  return {
    async check(url) {
      await targetOf(new URL(url), rules);
    },

    async post(address, headers, body) {
      const started = performance.now();
      const lasted = () => Math.round(performance.now() - started);
      try {
        const url = new URL(address);
        const target = await targetOf(url, rules);
        const { status, response } = await send(url, target, headers, body, timeoutMs);
        return { durationMs: lasted(), status, error: judge(status), response };
      } catch (error) {
        return { durationMs: lasted(), status: null, error: words(error), response: '' };
      }
    },
  };
}

function judge(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400) return `answered ${status}: redirects are not followed`;
  return `answered ${status}`;
}

function words(error: unknown): string {
  if (error instanceof Fault) return error.message;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ECONNREFUSED') return 'the connection was refused';
  return (message || code || 'the connection broke').slice(0, 300);
}

function send(
  url: URL,
  { address, family }: Target,
  headers: Record<string, string>,
  body: string,
  timeoutMs: number,
): Promise<Answer> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
      agent: false,
      // The name is not asked again: it may have another address by now.
      lookup: (_name, options, answer) =>
        options.all ? answer(null, [{ address, family }]) : answer(null, address, family),
    });
    const clock = setTimeout(
      () => outgoing.destroy(new Error(`no whole answer within ${timeoutMs / 1000} seconds`)),
      timeoutMs,
    );
    const done = (settle: () => void): void => {
      clearTimeout(clock);
      settle();
    };
    outgoing.once('error', (error) => done(() => reject(error)));
    outgoing.once('response', (incoming) => {
      const parts: Buffer[] = [];
      let size = 0;
      const finish = (): void => {
        const response = Buffer.concat(parts).subarray(0, RESPONSE_BYTES).toString('utf8');
        done(() => resolve({ status: incoming.statusCode ?? 0, response }));
        outgoing.destroy();
      };
      incoming.on('data', (part: Buffer) => {
        parts.push(part);
        size += part.length;
        if (size >= RESPONSE_BYTES) finish();
      });
      incoming.once('end', finish);
      incoming.once('error', (error) => done(() => reject(error)));
    });
    outgoing.end(body);
  });
}

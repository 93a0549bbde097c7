// The HTTP door of a running platform, typed by the protocol's route table; a cookie jar and a home address for each caller.
import { request as httpRequest } from 'node:http';
import { Fault, type Problem } from '@verity/protocol/faults';
import type { RouteReply, RouteRequest } from '@verity/protocol/route';
import type { RouteKey, Routes } from '@verity/protocol/routes';

export interface DoorOptions {
  /** `http://localhost:PORT`. */
  url: string;
  /** Address that the caller comes from. Linux answers on all of 127.0.0.0/8, so demo people live apart. */
  from?: string | undefined;
  userAgent?: string;
}

type Anything = {
  params?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
};

export class Door {
  readonly #options: DoorOptions;
  readonly #cookies = new Map<string, string>();
  /** Access token of the caller, once signed in. */
  token: string | undefined;

  constructor(options: DoorOptions) {
    this.#options = options;
  }

  /** Calls a route; a refusal is thrown as the Fault that the platform answered. */
  async call<K extends RouteKey>(
    key: K,
    request: RouteRequest<Routes[K]>,
  ): Promise<RouteReply<Routes[K]>> {
    const { params = {}, query = {}, body } = request as Anything;
    const [method, path] = key.split(' ') as [string, string];
    const filled = path.replace(/:(\w+)/g, (_, name: string) =>
      encodeURIComponent(String(params[name])),
    );
    const search = new URLSearchParams(
      Object.entries(query).map(([name, value]) => [name, String(value)]),
    );
    const target = search.size > 0 ? `${filled}?${search}` : filled;
    const { status, text } = await this.#send(method, target, body);
    if (status === 200) return JSON.parse(text) as RouteReply<Routes[K]>;
    throw faultOf(status, text, `${method} ${filled}`);
  }

  #send(method: string, path: string, body: unknown): Promise<{ status: number; text: string }> {
    const { url, from, userAgent = 'Verity demo' } = this.#options;
    const { hostname, port } = new URL(url);
    const payload = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const sending = httpRequest(
        {
          // The demo people's addresses are IPv4, which `localhost` need not be.
          host: from ? '127.0.0.1' : hostname,
          port,
          method,
          path,
          timeout: 15_000,
          ...(from ? { localAddress: from } : {}),
          headers: {
            'user-agent': userAgent,
            ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
            ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
            cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '),
          },
        },
        (reply) => {
          for (const cookie of reply.headers['set-cookie'] ?? []) {
            const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
            if (name) this.#cookies.set(name, value ?? '');
          }
          const chunks: Buffer[] = [];
          reply.on('data', (chunk: Buffer) => chunks.push(chunk));
          reply.on('error', reject);
          reply.on('end', () =>
            resolve({ status: reply.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
          );
        },
      );
      sending.on('timeout', () =>
        sending.destroy(new Error(`${method} ${path}: no answer in 15 s`)),
      );
      sending.on('error', reject);
      sending.end(payload);
    });
  }
}

function faultOf(status: number, text: string, what: string): Error {
  try {
    const problem = JSON.parse(text) as Problem;
    return new Fault(problem.code, `${what}: ${problem.detail}`, {
      ...(problem.fix ? { fix: problem.fix } : {}),
      ...(problem.retry_after ? { retryAfterSeconds: problem.retry_after } : {}),
    });
  } catch (cause) {
    return new Error(`${what} answered ${status}: ${text.slice(0, 200)}`, { cause });
  }
}

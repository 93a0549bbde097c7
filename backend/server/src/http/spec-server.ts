// For specs: an application on a port of its own, and a way to call it.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';
import { Fault } from '@verity/protocol/faults';
import type { SessionRights } from '@verity/domain/identity/ports';
import type { DeviceId, SessionId, UserId } from '@verity/protocol/ids';
import { ROUTES, type RouteKey } from '@verity/protocol/routes';
import type { AccessClaims, Role } from '@verity/protocol/identity/schemas';
import { createApp } from './app';
import type { Handlers } from './handler';
import type { AppPorts, AppSettings } from './ports';

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  json: Record<string, unknown>;
}

export interface Sent {
  headers?: Record<string, string>;
  /** Sent as JSON, unless it is a string, which is sent as it is. */
  body?: unknown;
}

export interface SpecServer {
  origin: string;
  call: (method: string, path: string, sent?: Sent) => Promise<Answer>;
  close(): Promise<void>;
}

export async function serve(app: Express): Promise<SpecServer> {
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    async call(method, path, { headers = {}, body } = {}) {
      const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
      const response = await fetch(origin + path, {
        method,
        redirect: 'manual',
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(text === undefined ? {} : { body: text }),
      });
      const answer = await response.text();
      const isJson = /^application\/(.+\+)?json/.test(response.headers.get('content-type') ?? '');
      return {
        status: response.status,
        headers: response.headers,
        text: answer,
        json: isJson && answer ? (JSON.parse(answer) as Record<string, unknown>) : {},
      };
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

const UUID = '01890a5d-ac96-774b-bcce-b302099a8057';

export const rightsLike = (given: Partial<SessionRights> = {}): SessionRights => ({
  id: UUID as SessionId,
  userId: UUID as UserId,
  userEmail: 'ann@example.org',
  role: 'user',
  groups: [],
  deviceId: UUID as DeviceId,
  deviceTrusted: false,
  totpEnrolled: true,
  passkeyEnrolled: false,
  address: '127.0.0.1',
  state: 'active',
  stateReason: null,
  rightsVersion: 1,
  acr: 'urn:verity:acr:otp',
  stepUpAt: Date.now(),
  startedAt: 0,
  expiresAt: Date.now() + 3_600_000,
  demo: false,
  ...given,
});

/** Handlers that only tell that they were reached: `conflict`, which no gate answers. */
export const reached = (): Handlers =>
  Object.fromEntries(
    Object.keys(ROUTES).map((key) => [
      key,
      () => Promise.reject(new Fault('conflict', 'reached the handler')),
    ]),
  ) as unknown as Handlers;

/** Ports of a door behind which nothing stands: tokens and keys say themselves who holds them. */
export const doorPorts = (given: Partial<AppPorts> = {}): AppPorts => ({
  handlers: [reached()],
  verifyAccess: (token) =>
    Promise.resolve({ sub: UUID, sid: UUID, role: token as Role } as unknown as AccessClaims),
  sessionRights: () => Promise.resolve(rightsLike()),
  verifyApiKey: (key) =>
    Promise.resolve({ id: UUID as never, name: 'spec', scopes: key.split(',') as never }),
  decideRequest: () => ({ effect: 'allow', reasons: [] }),
  terminate: () => Promise.resolve(),
  rateLimit: () => Promise.resolve({ allowed: true, remaining: 9, resetSeconds: 60 }),
  clock: () => new Date(),
  newRequestId: () => UUID,
  log: { debug: () => undefined, info: () => undefined, error: () => undefined },
  ...given,
});

export const doorServer = (
  given: Partial<AppPorts> = {},
  settings: Partial<AppSettings> = {},
): Promise<SpecServer> =>
  serve(createApp(doorPorts(given), { publicUrl: 'https://verity.test', ...settings }));

/** The address of a route with its parameters filled in. */
export const addressOfRoute = (key: RouteKey): { method: string; path: string } => {
  const [method = '', path = ''] = key.split(' ');
  return { method, path: path.replace(/:\w+/g, UUID) };
};

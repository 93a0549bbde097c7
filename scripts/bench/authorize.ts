// What forward-auth costs: GET /api/v1/authorize by itself, and through nginx that asks it before each request beside the
// same nginx that asks nobody.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecretTokens } from '@verity/adapters/crypto/tokens';
import { createSiteSessions } from '@verity/adapters/redis/site-sessions';
import { newId } from '@verity/adapters/world';
import type { ApplicationId } from '@verity/protocol/ids';
import { until } from '../faults/until';
import { freePort } from '../stack/free-port';
import { findProgram } from '../stack/program';
import { load, type Load } from './http-load';
import { countOption, median, Misfit, percentile, range, type Bench } from './measure';
import { startBenchPlatform, type BenchPlatform } from './socket-platform';

const WARM_UP_SECONDS = 3;

export const bench: Bench = async (options, say) => {
  const sessions = countOption(options, 'sessions', 200);
  const connections = countOption(options, 'sockets', 16);
  const seconds = countOption(options, 'seconds', 5);
  const runs = countOption(options, 'runs', 5);
  const nginx = findProgram('nginx');
  if (!nginx) throw new Misfit('nginx is not on the PATH: apt-get install nginx');
  say('starting Redis, MongoDB, one http and one pipeline process');
  const world = await startBenchPlatform(1);
  const home = mkdtempSync(join(tmpdir(), 'verity-bench-nginx-'));
  let proxy: ChildProcess | undefined;
  try {
    const [asking, bare] = [await freePort(), await freePort()];
    const host = `localhost:${asking}`;
    const cookies = await enter(world, sessions, `http://${host}`);
    writeFileSync(join(home, 'nginx.conf'), conf(world.ports[0] as number, asking, bare));
    proxy = spawn(nginx, ['-c', join(home, 'nginx.conf'), '-p', home], { stdio: 'inherit' });
    await until('nginx', async () => (await fetch(`http://127.0.0.1:${bare}/`)).ok);

    const path = '/reports?year=2026';
    const told = `X-Forwarded-Proto: http\r\nX-Forwarded-Host: ${host}\r\nX-Forwarded-Uri: ${path}\r\nX-Forwarded-Method: GET\r\n`;
    const asks = (target: string, more: string): string[] =>
      cookies.map(
        (cookie) =>
          `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: bench\r\n${more}Cookie: ${cookie}\r\n\r\n`,
      );
    const sides = {
      alone: { port: world.ports[0] as number, requests: asks('/api/v1/authorize', told) },
      behindNginx: { port: asking, requests: asks(path, '') },
      nginxAlone: { port: bare, requests: asks(path, '') },
    };
    type Side = keyof typeof sides;
    const names = Object.keys(sides) as Side[];
    const measure = (side: Side, forSeconds: number): Promise<Load> => {
      const { port, requests } = sides[side];
      return load(port, requests, { connections, seconds: forSeconds, status: 200 });
    };
    for (const side of names) await measure(side, WARM_UP_SECONDS);
    const measured: Record<Side, Load[]> = { alone: [], behindNginx: [], nginxAlone: [] };
    const cpu: number[] = [];
    for (let run = 0; run < runs; run++) {
      for (const side of run % 2 === 0 ? names : names.toReversed()) {
        const before = world.cpu().server ?? 0;
        const made = await measure(side, seconds);
        if (side === 'alone') {
          cpu.push((((world.cpu().server ?? 0) - before) / made.times.length) * 1e6);
        }
        measured[side].push(made);
        say(`run ${run + 1}, ${side}: ${made.perSecond}/s, p99 ${quantile([made], 0.99)} ms`);
      }
    }
    const wrong = names
      .flatMap((side) => measured[side])
      .reduce((sum, each) => sum + each.wrong, 0);
    const figures = Object.fromEntries(
      names.map((side) => [
        side,
        {
          perSecond: median(measured[side].map(({ perSecond }) => perSecond)),
          perSecondRange: range(measured[side].map(({ perSecond }) => perSecond)),
          p50: quantile(measured[side], 0.5),
          p99: quantile(measured[side], 0.99),
        },
      ]),
    );
    return {
      sessions,
      connections,
      runs,
      ...figures,
      wrong,
      serverCpuMicroseconds: Math.round(median(cpu)),
      redis: await world.redisVersion(),
      appendfsync: await world.appendfsync(),
    };
  } finally {
    if (proxy) {
      proxy.kill();
      await once(proxy, 'exit');
    }
    await world.stop();
    rmSync(home, { recursive: true, force: true });
  }
};

/** Milliseconds that a share of all requests did not exceed, over all runs. */
const quantile = (loads: Load[], share: number): number =>
  Math.round(
    percentile(
      loads.flatMap(({ times }) => times),
      share,
    ) * 100,
  ) / 100;

/** People with a session and a cookie of the site at `origin`. */
async function enter(world: BenchPlatform, count: number, origin: string): Promise<string[]> {
  const application = newId<ApplicationId>();
  await world.stores.applications.add({
    id: application,
    name: 'Bench',
    handle: 'bench',
    origins: [origin],
    owner: 'bench@example.org',
    createdAt: new Date(),
  });
  const tokens = createSecretTokens('b7'.repeat(32));
  const siteSessions = createSiteSessions(world.redis);
  return Promise.all(
    Array.from({ length: count }, async () => {
      const { session } = await world.signIn();
      const value = tokens.make();
      const entry = { session: session.id, application, origin };
      await siteSessions.enter(tokens.hash(value), entry, 3_600);
      return `__Host-verity_site=${value}`;
    }),
  );
}

/** The guide's way to ask, in front of a page of two bytes; and that page by itself. */
const conf = (verity: number, asking: number, bare: number): string => `
worker_processes 1;
daemon off;
pid nginx.pid;
error_log stderr warn;
events { worker_connections 1024; }
http {
  access_log off;
  keepalive_requests 1000000;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  upstream verity { server 127.0.0.1:${verity}; keepalive 32; keepalive_requests 1000000; }
  server {
    listen 127.0.0.1:${bare};
    location / { root /nowhere; try_files /none @page; }
    location @page { return 200 "ok"; }
  }
  server {
    listen 127.0.0.1:${asking};
    location = /.verity/authorize {
      internal;
      proxy_pass http://verity/api/v1/authorize;
      proxy_http_version 1.1;
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
      proxy_set_header Connection "";
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-Host $http_host;
      proxy_set_header X-Forwarded-Uri $request_uri;
      proxy_set_header X-Forwarded-Method $request_method;
      proxy_set_header X-Forwarded-For $remote_addr;
    }
    location / {
      auth_request /.verity/authorize;
      root /nowhere;
      try_files /none @page;
    }
    location @page { return 200 "ok"; }
  }
}
`;

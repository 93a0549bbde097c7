// The whole platform on one machine: the stack, then the server processes above it, supervised.
import { existsSync } from 'node:fs';
import { get } from 'node:http';
import { get as getSecurely } from 'node:https';
import { join } from 'node:path';
import { projectRoot } from '../bundle.mjs';
import { bringUp, type Stack } from './bring-up';
import { freePort, isPortFree } from './free-port';
import { parts } from './parts';
import {
  buildClient,
  buildServer,
  clientDir,
  collectorFile,
  jobsProgram,
  serverProgram,
} from './product';
import { StackError } from './stack-error';
import { verifyDir, verifyPage } from './verify-product';
import type { ChildSpec, SupervisedChild, SupervisorEvents } from './supervise';

export interface PlatformOptions {
  /** `DATA_DIR` of the environment, else `data` in the project, when left out. */
  readonly dataDir?: string;
  /** The public port: `PORT` of the environment, else 5000, when left out. */
  readonly port?: number;
  /** One HTTP process on each of these ports, instead of a single one on `port`. */
  readonly ports?: readonly number[];
  /** Added to the environment of the server processes, and read for URLs of the stack. */
  readonly env?: NodeJS.ProcessEnv;
  /** False: refuse to install missing programs. */
  readonly install?: boolean;
  /** False: start without the client's pages (benchmarks). */
  readonly client?: boolean;
  /** Told what is being done; silent when left out. */
  readonly progress?: Progress;
  readonly events?: SupervisorEvents;
  /** Ends a start that is under way. */
  readonly signal?: AbortSignal;
}

export interface Progress {
  /** A step begins; the function that is returned ends it. */
  step(title: string): (outcome?: string) => void;
  /** Something worth saying within a step. */
  note: (line: string) => void;
}

export interface Platform {
  /** `http://localhost:PORT` of the first HTTP process. */
  readonly url: string;
  readonly urls: readonly string[];
  readonly dataDir: string;
  /** The environment of the server processes: URLs and secrets. */
  readonly env: NodeJS.ProcessEnv;
  readonly stack: Stack;
  /** `redis`, `mongodb`, `rabbitmq`, `ipfs`, `chain`, `server` (`server-2` …), `pipeline`, `jobs`: to restart and to kill. */
  child(name: string): SupervisedChild;
  /** Stops everything in order. */
  stop(): Promise<void>;
  /** Ends every child at once. */
  kill(): void;
}

/** The server processes stop beside one another; the stack below them takes 9 s at most. */
const STOP_DEADLINE_MS = 20_500;

export async function startPlatform(options: PlatformOptions = {}): Promise<Platform> {
  const env = { ...process.env, ...options.env };
  const dataDir = options.dataDir ?? env.DATA_DIR ?? join(projectRoot, 'data');
  const ports = options.ports ?? [options.port ?? Number(env.PORT || 5000)];
  const progress = options.progress ?? { step: () => () => undefined, note: () => undefined };
  for (const port of ports) await demandPort(port);

  let done = progress.step(parts.map(({ title }) => title).join(', '));
  const { install, events, signal } = options;
  const stack = await bringUp({ dataDir, env, install, events, signal, report: progress.note });
  try {
    done();
    done = progress.step('programs');
    const programs = await buildServer();
    if (!programs.includes(serverProgram)) {
      throw new StackError('backend/server/src/main.ts is missing', 'git checkout backend/server');
    }
    done();
    if (options.client !== false) {
      done = progress.step('client (half a minute when its sources have changed)');
      await buildClient(() => undefined, signal);
      done();
    }
    const urls = ports.map((port) => `${env.TLS_CERT_FILE ? 'https' : 'http'}://localhost:${port}`);
    const shared = {
      ...env,
      ...stack.env,
      PUBLIC_URL: env.PUBLIC_URL ?? urls[0],
      // A browser on this machine reaches the chain that was started on it.
      CHAIN_PUBLIC_URL:
        env.CHAIN_PUBLIC_URL ?? (env.PUBLIC_URL || env.CHAIN_URL ? undefined : stack.env.CHAIN_URL),
      NODE_ENV: 'production',
      ...(existsSync(clientDir) ? { CLIENT_DIR: clientDir } : {}),
      ...(existsSync(collectorFile) ? { COLLECTOR_FILE: collectorFile } : {}),
      ...(existsSync(verifyPage) ? { VERIFIER_DIR: verifyDir } : {}),
    };
    done = progress.step('server processes');
    signal?.throwIfAborted();
    const http = ports.map((port, index) =>
      server(index === 0 ? 'server' : `server-${index + 1}`, 'http', port, shared),
    );
    // Its port answers for its health alone, to this machine.
    const local = { ...shared, HOST: '127.0.0.1' };
    await stack.supervisor.start(
      ...http,
      server('pipeline', 'pipeline', await freePort(), local),
      server('jobs', 'worker,scheduler', await freePort(), local, jobsProgram),
    );
    done();
    return {
      url: urls[0] as string,
      urls,
      dataDir,
      env: shared,
      stack,
      child: (name) => {
        const found = stack.supervisor.children.find((child) => child.name === name);
        if (!found) throw new Error(`no child is called ${name}`);
        return found;
      },
      stop: () => stack.stop(),
      kill: () => stack.supervisor.kill(),
    };
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

function server(
  name: string,
  roles: string,
  port: number,
  env: NodeJS.ProcessEnv,
  program = serverProgram,
): ChildSpec {
  return {
    name,
    command: process.execPath,
    args: ['--enable-source-maps', program],
    env: { ...env, ROLES: roles, PORT: String(port) },
    cwd: projectRoot,
    ready: () => isReady(port, roles === 'http' && Boolean(env.TLS_CERT_FILE)),
    readyDeadlineMs: 60_000,
    stopDeadlineMs: STOP_DEADLINE_MS,
  };
}

/** Whether a server process says that it can do its work. */
export function isReady(port: number, secure = false): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = (secure ? getSecurely : get)(
      // Whether it is the right certificate is a matter between it and browsers: its name is not 127.0.0.1.
      { port, host: '127.0.0.1', path: '/health/ready', rejectUnauthorized: false, timeout: 2_000 },
      (reply) => {
        reply.resume();
        resolve(reply.statusCode === 200);
      },
    );
    // Refused or too slow: asked again.
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(false));
  });
}

async function demandPort(port: number): Promise<void> {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new StackError(`PORT is not a port: ${port}`, 'set PORT to a number from 1 to 65535');
  }
  if (await isPortFree(port, '0.0.0.0')) return;
  throw new StackError(
    `port ${port} is in use by another program`,
    `stop that program (ss -ltnp 'sport = :${port}' names it), or take another port: PORT=${port + 1} npm start`,
  );
}

// Makes sure that something real answers on the URL of every part of the stack.
// Looked for in this order: the environment, the programs of this machine, the package manager.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { installPackages } from './debian';
import { lockDirectory } from './directory-lock';
import type { Found, Part } from './part';
import { parts as allParts } from './parts';
import { openSecrets } from './secrets';
import { StackError } from './stack-error';
import {
  reapLeftOver,
  Supervisor,
  type ChildSpec,
  type SupervisedChild,
  type SupervisorEvents,
} from './supervise';

export interface StackOptions {
  readonly dataDir: string;
  readonly parts?: readonly Part[];
  /** Where URLs may be named; the process's own when left out. */
  readonly env?: NodeJS.ProcessEnv;
  /** False: refuse to install missing programs. */
  readonly install?: boolean;
  readonly report?: (line: string) => void;
  /** Ends a start that is under way. */
  readonly signal?: AbortSignal;
  readonly events?: SupervisorEvents;
}

export interface RunningPart {
  readonly name: string;
  readonly variable: string;
  readonly url: string;
  /** `REDIS_URL`, or the program that was started. */
  readonly source: string;
  /** Undefined for a server that the environment names: it is not ours. */
  readonly child: SupervisedChild | undefined;
}

export interface Stack {
  /** What children need in their environment: URLs, secrets, the data directory. */
  readonly env: Record<string, string>;
  readonly parts: readonly RunningPart[];
  /** Runs what joins the stack later, and stops it before the stack. */
  readonly supervisor: Supervisor;
  stop(): Promise<void>;
}

export async function bringUp(options: StackOptions): Promise<Stack> {
  const dataDir = resolve(options.dataDir);
  const env = options.env ?? process.env;
  const report = options.report ?? (() => undefined);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const unlock = lockDirectory(dataDir);
  const sockets = socketDirectory(dataDir);
  const supervisor = new Supervisor(dataDir, options.events);
  const stop = async () => {
    await supervisor.stop();
    rmSync(urlsPath(dataDir), { force: true });
    rmSync(sockets, { recursive: true, force: true });
    unlock();
  };
  options.signal?.addEventListener('abort', () => void supervisor.stop(), { once: true });
  try {
    await reapLeftOver(dataDir);
    const secret = openSecrets(dataDir);
    // Installed one after the other, started side by side.
    const launches: { part: Part; url: string; source: string; spec?: ChildSpec }[] = [];
    for (const part of options.parts ?? allParts) {
      const named = part.named(env);
      if (named) {
        launches.push({ part, url: named, source: part.variable });
        report(`${part.title}: ${part.variable} of the environment`);
        continue;
      }
      const found = (await part.find()) ?? (await install(part, options.install ?? true, report));
      const data = join(dataDir, part.name);
      mkdirSync(data, { recursive: true, mode: 0o700 });
      const { url, child } = await found.launch({ data, sockets, secret });
      launches.push({ part, url, source: found.source, spec: { name: part.name, ...child } });
      report(`${part.title}: ${found.source}, data in ${data}`);
    }
    options.signal?.throwIfAborted();
    const children = await supervisor.start(...launches.flatMap(({ spec }) => spec ?? []));
    const running: RunningPart[] = launches.map(({ part, url, source }) => ({
      name: part.name,
      variable: part.variable,
      url,
      source,
      child: children.find(({ name }) => name === part.name),
    }));
    const urls: Record<string, string> = {};
    for (const { variable, url } of running) urls[variable] = url;
    writeFileSync(urlsPath(dataDir), JSON.stringify(urls), { mode: 0o600 });
    return {
      env: { ...urls, DATA_DIR: dataDir, MASTER_KEY: secret('master-key') },
      parts: running,
      supervisor,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function urlsPath(dataDir: string): string {
  return join(dataDir, 'run', 'urls.json');
}

/** The URLs of the platform that runs on a data directory, by variable. */
export function runningUrls(dataDir: string): Record<string, string | undefined> {
  const path = urlsPath(dataDir);
  if (!existsSync(path)) return {};
  return JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
}

async function install(
  part: Part,
  allowed: boolean,
  report: (line: string) => void,
): Promise<Found> {
  if (allowed && part.debianPackage && (await installPackages([part.debianPackage], report))) {
    const found = await part.find();
    if (found) return found;
  }
  const ways = [
    `set ${part.variable} to a server that runs`,
    ...(part.debianPackage ? [`apt-get install ${part.debianPackage}`] : []),
    `docker compose up ${part.composeService} (docker-compose.yml)`,
  ];
  throw new StackError(`${part.title} is missing on this machine`, ways.join(', or '));
}

/** `sun_path` of a Unix socket: 108 bytes on Linux, 104 on macOS, with the final zero. */
const LONGEST_SOCKET_PATH = 103;

/** A private folder for sockets; a short one outside of the data directory when that lies deep. */
export function socketDirectory(dataDir: string): string {
  const inside = join(dataDir, 'run', 'sockets');
  const digest = createHash('sha256').update(dataDir).digest('hex').slice(0, 12);
  const short = join(process.env.XDG_RUNTIME_DIR ?? tmpdir(), `verity-${digest}`);
  const fits = Buffer.byteLength(join(inside, 'longest-name.sock')) <= LONGEST_SOCKET_PATH;
  const directory = fits ? inside : short;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const { uid, mode } = lstatSync(directory);
  if (process.platform !== 'win32' && uid !== userInfo().uid) {
    throw new StackError(`${directory} belongs to another user`, `remove it: rm -r ${directory}`);
  }
  if ((mode & 0o077) !== 0) chmodSync(directory, 0o700);
  return directory;
}

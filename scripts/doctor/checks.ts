// What the doctor looks at, in the order of the report. A check looks and never mends.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { datedWrong, readCertificate } from '@verity/adapters/tls/certificate';
import { Fault } from '@verity/protocol/faults';
import { projectRoot } from '../bundle.mjs';
import { runningUrls } from '../stack/bring-up';
import { lockHolder, lockPath } from '../stack/directory-lock';
import { isPortFree } from '../stack/free-port';
import { parts } from '../stack/parts';
import { isReady } from '../stack/platform';
import { isClientFresh } from '../stack/product';
import { leftOver } from '../stack/supervise';

export interface Patient {
  readonly dataDir: string;
  readonly port: number;
  readonly env: NodeJS.ProcessEnv;
}

export interface Finding {
  readonly subject: string;
  readonly wrong: boolean;
  /** What is so, or what is wrong. */
  readonly is: string;
  /** How to mend it, when it is wrong. */
  readonly fix?: string;
}

/** A certificate that has not been renewed by then will not be by itself. */
const EXPIRES_SOON_DAYS = 7;

type Check = (patient: Patient) => Finding[] | Promise<Finding[]>;

const ok = (subject: string, is: string): Finding => ({ subject, wrong: false, is });
const wrong = (subject: string, is: string, fix: string): Finding => ({
  subject,
  wrong: true,
  is,
  fix,
});

const node: Check = () => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 20 || (major === 20 && minor >= 19)
    ? [ok('Node', process.versions.node)]
    : [wrong('Node', `${process.versions.node} is too old`, 'install Node 20.19, 22 or 24')];
};

const memory: Check = () => {
  const gigabytes = totalmem() / 1e9;
  return gigabytes >= 1.9
    ? [ok('memory', `${gigabytes.toFixed(1)} GB`)]
    : [wrong('memory', `${gigabytes.toFixed(1)} GB`, 'give the machine at least 2 GB')];
};

const disk: Check = async ({ dataDir }) => {
  let at = dataDir;
  while (!existsSync(at)) at = dirname(at);
  const { bavail, bsize } = await statfs(at);
  const gigabytes = (bavail * bsize) / 1e9;
  const is = `${gigabytes.toFixed(1)} GB free under ${dataDir}`;
  return gigabytes >= 1
    ? [ok('disk', is)]
    : [wrong('disk', is, 'make room, or set DATA_DIR to a larger disk; at 0.1 GB writes end')];
};

const packages: Check = () => {
  const lock = join(projectRoot, 'package-lock.json');
  const record = join(projectRoot, 'node_modules/.package-lock.json');
  if (!existsSync(record)) return [wrong('packages', 'not installed', 'npm ci')];
  if (!existsSync(lock)) {
    return [wrong('packages', 'package-lock.json is missing', 'git checkout package-lock.json')];
  }
  type Packages = Record<string, { version?: string; optional?: boolean }>;
  const read = (file: string) =>
    (JSON.parse(readFileSync(file, 'utf8')) as { packages: Packages }).packages;
  const installed = read(record);
  const stale = Object.entries(read(lock)).filter(([path, { version, optional }]) => {
    const there = installed[path];
    return path.includes('node_modules/') && (there ? there.version !== version : !optional);
  });
  return stale.length === 0
    ? [ok('packages', 'as in package-lock.json')]
    : [wrong('packages', `${stale.length} differ from package-lock.json`, 'npm ci')];
};

const dataDirectory: Check = ({ dataDir }) => {
  if (!existsSync(dataDir)) return [ok('data directory', `${dataDir} is made at first start`)];
  const { mode, uid } = statSync(dataDir);
  if (process.getuid && process.getuid() !== 0 && uid !== process.getuid()) {
    const fix = `chown -R $(id -u) ${dataDir}, or set DATA_DIR to a directory of yours`;
    return [wrong('data directory', `${dataDir} belongs to another user`, fix)];
  }
  return (mode & 0o077) === 0
    ? [ok('data directory', dataDir)]
    : [wrong('data directory', `others may look into ${dataDir}`, `chmod 700 ${dataDir}`)];
};

const secrets: Check = ({ dataDir }) => {
  const directory = join(dataDir, 'secrets');
  if (!existsSync(directory)) return [ok('secrets', 'made at first start')];
  const open = [directory, ...readdirSync(directory).map((name) => join(directory, name))].filter(
    (path) => (statSync(path).mode & 0o077) !== 0,
  );
  return open.length === 0
    ? [ok('secrets', 'only the owner can read them')]
    : open.map((path) =>
        wrong('secrets', `others can read ${path}`, `chmod go-rwx ${path}, and change the secret`),
      );
};

/** Browsers keep Secure cookies and passkeys to https and localhost, and passkeys to names. */
const publicUrl: Check = ({ port, env }) => {
  const given = env.PUBLIC_URL;
  if (!given) return [ok('address', `http://localhost:${port} (PUBLIC_URL is not set)`)];
  if (!URL.canParse(given)) {
    return [wrong('address', 'PUBLIC_URL is no URL', 'set it to https://the.name.of.this.host')];
  }
  const { protocol, hostname } = new URL(given);
  const isLocal = hostname === 'localhost' || hostname.endsWith('.localhost');
  if (protocol !== 'https:' && !isLocal) {
    const is = `PUBLIC_URL is plain http on ${hostname}: browsers drop the cookie that keeps people signed in, and offer no passkeys`;
    return [wrong('address', is, 'put TLS in front and set PUBLIC_URL=https://…')];
  }
  return /^[\d.]+$|^\[/.test(hostname)
    ? [wrong('address', `PUBLIC_URL names no host: ${hostname} carries no passkeys`, 'use a name')]
    : [ok('address', given)];
};

const processes: Check = ({ dataDir }) => {
  const holder = lockHolder(dataDir);
  const left = leftOver(dataDir);
  if (holder) return [ok('platform', `runs as process ${holder.pid} with ${left.length} children`)];
  if (left.length > 0) {
    return left.map(({ name, pid }) =>
      wrong('processes', `${name} (${pid}) has lost its supervisor`, `kill ${pid}, or npm start`),
    );
  }
  const stale = existsSync(lockPath(dataDir)) ? '; the last one did not end in order' : '';
  return [ok('platform', `not running${stale}`)];
};

/** What is wrong with the certificate of the port, when one is named. */
export const certificate = ({ env }: Pick<Patient, 'env'>, now = new Date()): Finding[] => {
  const { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile } = env;
  if (!certFile && !keyFile) return [];
  if (!certFile || !keyFile) {
    const missing = certFile ? 'TLS_KEY_FILE' : 'TLS_CERT_FILE';
    return [wrong('certificate', `${missing} is missing`, 'name certificate and key, or neither')];
  }
  try {
    const read = readCertificate({ certFile, keyFile });
    const dated = datedWrong(read, now);
    if (dated) return [wrong('certificate', dated, `renew it: ${certFile}`)];
    const days = Math.floor((read.validTo.getTime() - now.getTime()) / 86_400_000);
    return days < EXPIRES_SOON_DAYS
      ? [wrong('certificate', `expires in ${days} days`, `renew it: ${certFile}`)]
      : [ok('certificate', `${read.names}, valid for ${days} days`)];
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return [wrong('certificate', error.message, error.fix ?? '')];
  }
};

const publicPort: Check = async ({ dataDir, port, env }) => {
  const secure = Boolean(env.TLS_CERT_FILE);
  if (await isPortFree(port, '0.0.0.0')) {
    return lockHolder(dataDir)
      ? [
          wrong(
            'port',
            `nothing answers on ${port}, though the platform runs`,
            'read logs/server.log',
          ),
        ]
      : [ok('port', `${port} is free`)];
  }
  if (lockHolder(dataDir)) {
    return (await isReady(port, secure))
      ? [ok('port', `Verity answers on ${secure ? 'https' : 'http'}://localhost:${port}`)]
      : [
          wrong(
            'port',
            `Verity on ${port} is not ready`,
            `read ${join(dataDir, 'logs/server.log')}`,
          ),
        ];
  }
  const fix = `stop what uses it (ss -ltnp 'sport = :${port}'), or set PORT to another one`;
  return [wrong('port', `${port} is in use by another program`, fix)];
};

const stackParts: Check = async ({ dataDir, env }) => {
  const urls = lockHolder(dataDir) ? runningUrls(dataDir) : {};
  return Promise.all(
    parts.map(async (part) => {
      const named = part.named(env);
      const url = named ?? urls[part.variable];
      if (url !== undefined) {
        try {
          const where = named ? `of ${part.variable}` : 'of this platform';
          return ok(part.title, `${await part.probe(url)} ${where} answers`);
        } catch (error) {
          const fix = named
            ? `start the server that ${part.variable} names, or unset it`
            : `read ${join(dataDir, 'logs', `${part.name}.log`)}`;
          return wrong(part.title, `does not answer: ${(error as Error).message}`, fix);
        }
      }
      const found = await part.find();
      if (found) return ok(part.title, `will be started: ${found.source}`);
      return wrong(
        part.title,
        'is missing',
        part.debianPackage
          ? `apt-get install ${part.debianPackage} (npm start does it), or set ${part.variable}`
          : `set ${part.variable}`,
      );
    }),
  );
};

const client: Check = () =>
  !existsSync(join(projectRoot, 'angular.json')) || isClientFresh()
    ? [ok('client', 'built from these sources')]
    : [ok('client', 'is built at the next start (half a minute)')];

export const checks: readonly Check[] = [
  node,
  memory,
  disk,
  packages,
  dataDirectory,
  secrets,
  publicUrl,
  processes,
  (patient) => certificate(patient),
  publicPort,
  stackParts,
  client,
];

// RabbitMQ: the program of this machine, on loopback ports of its own, with an epmd that dies with it.
import { connect as openTcp } from 'node:net';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'amqplib';
import { freePort, isPortFree } from './free-port';
import type { Launch, Part, PartHome } from './part';
import { findProgram } from './program';

/** Debian's program on the PATH changes the user; this one runs as whoever starts it. */
const DEBIAN_PROGRAM = '/usr/lib/rabbitmq/bin/rabbitmq-server';
const USER = 'verity';

export const rabbitmq: Part = {
  name: 'rabbitmq',
  title: 'RabbitMQ',
  variable: 'RABBITMQ_URL',
  debianPackage: 'rabbitmq-server',
  composeService: 'rabbitmq',
  named: (env) => env.RABBITMQ_URL || undefined,
  async find() {
    const program = existsSync(DEBIAN_PROGRAM) ? DEBIAN_PROGRAM : findProgram('rabbitmq-server');
    const epmd = findProgram('epmd');
    return program && epmd
      ? { source: program, launch: (home) => launch(program, epmd, home) }
      : undefined;
  },
  async probe(url) {
    const connection = await connect(url, { noDelay: true, timeout: 5_000 });
    // One that breaks rejects the close below.
    connection.on('error', () => undefined);
    try {
      return String(connection.connection.serverProperties.version);
    } finally {
      await connection.close();
    }
  },
};

interface Ports {
  readonly amqp: number;
  /** Between Erlang nodes. */
  readonly distribution: number;
  /** Of the port mapper, which knows the one above by the name of the node. */
  readonly mapper: number;
}

async function launch(program: string, epmd: string, home: PartHome): Promise<Launch> {
  const ports = await rememberedPorts(join(home.data, 'ports.json'));
  const password = home.secret('rabbitmq-password');
  const inside = (name: string): string => {
    const folder = join(home.data, name);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  };
  const config = join(home.data, 'rabbitmq.conf');
  writeFileSync(config, configuration(ports, password), { mode: 0o600 });
  const plugins = join(home.data, 'enabled_plugins');
  writeFileSync(plugins, '[].\n');
  const url = `amqp://${USER}:${password}@127.0.0.1:${ports.amqp}`;
  return {
    url,
    child: {
      command: '/bin/sh',
      // In one process group, so that the mapper ends with the broker instead of staying behind.
      args: ['-c', '"$0" -port "$ERL_EPMD_PORT" -address 127.0.0.1 & exec "$1"', epmd, program],
      env: {
        PATH: process.env.PATH,
        LANG: 'C.UTF-8',
        HOME: inside('home'),
        // In the foreground, with SIGTERM as the way to end it.
        RUNNING_UNDER_SYSTEMD: 'true',
        RABBITMQ_NODENAME: 'verity@localhost',
        RABBITMQ_DIST_PORT: String(ports.distribution),
        RABBITMQ_MNESIA_BASE: inside('mnesia'),
        RABBITMQ_LOG_BASE: inside('logs'),
        RABBITMQ_CONFIG_FILE: config,
        RABBITMQ_CONF_ENV_FILE: '/dev/null',
        RABBITMQ_ENABLED_PLUGINS_FILE: plugins,
        ERL_EPMD_PORT: String(ports.mapper),
        ERL_EPMD_ADDRESS: '127.0.0.1',
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
          '-start_epmd false -kernel inet_dist_use_interface {127,0,0,1} +S 1:1',
      },
      cwd: home.data,
      readyDeadlineMs: 60_000,
      stopDeadlineMs: 8_000,
      ready: async () => (await listens(ports.amqp)) && answers(url),
    },
  };
}

function configuration(ports: Ports, password: string): string {
  return [
    `listeners.tcp.1 = 127.0.0.1:${ports.amqp}`,
    `default_user = ${USER}`,
    `default_pass = ${password}`,
    // On the standard output, where the supervisor keeps it.
    'log.console = true',
    'log.console.level = warning',
    'log.file = false',
    // A task may hold its message for as long as the longest timeout allows: six hours and some more.
    'consumer_timeout = 25200000',
    'tcp_listen_options.nodelay = true',
    'tcp_listen_options.linger.on = true',
    'tcp_listen_options.linger.timeout = 0',
    '',
  ].join('\n');
}

/** Its port is open somewhat before it takes a connection. */
const answers = (url: string): Promise<boolean> =>
  rabbitmq.probe(url).then(
    () => true,
    () => false,
  );

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = openTcp({ port, host: '127.0.0.1' });
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

/** The ports of the last start, unless somebody else has one of them by now. */
async function rememberedPorts(file: string): Promise<Ports> {
  if (existsSync(file)) {
    const ports = JSON.parse(readFileSync(file, 'utf8')) as Ports;
    const free = await Promise.all(Object.values(ports).map((port: number) => isPortFree(port)));
    if (free.every(Boolean)) return ports;
  }
  const ports = {
    amqp: await freePort(),
    distribution: await freePort(),
    mapper: await freePort(),
  };
  writeFileSync(file, JSON.stringify(ports));
  return ports;
}

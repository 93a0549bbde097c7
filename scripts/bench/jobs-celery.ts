// The peer in Python: Celery on the same RabbitMQ, by Debian's package.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Misfit, nowMs } from './measure';

/** Debian's Python, whatever comes first on the PATH: it has Debian's packages. */
const PYTHON = '/usr/bin/python3';
const PROCESSES = 2;

const APP = `
import os, socket
from celery import Celery

app = Celery('bench', broker=os.environ['BROKER'])
app.conf.update(
    task_ignore_result=True,
    task_acks_late=True,
    task_default_queue=os.environ['QUEUE'],
    task_default_delivery_mode=2,
    broker_transport_options={'confirm_publish': True},
    worker_prefetch_multiplier=100,
    worker_hijack_root_logger=False,
)
counter = None

@app.task(name='note')
def note(number):
    global counter
    if counter is None:
        counter = socket.create_connection(('127.0.0.1', int(os.environ['COUNTER'])))
    counter.sendall(b'.')

def send(count):
    with app.producer_pool.acquire(block=True) as producer:
        for number in range(count):
            note.apply_async((number,), producer=producer)
`;

export interface CeleryRun {
  perSecond: number;
  version: string;
}

/** End to end: from the first call that enqueues to the end of the last task. */
export async function runCelery(broker: string, jobs: number): Promise<CeleryRun> {
  const folder = mkdtempSync(join(tmpdir(), 'verity-bench-celery-'));
  writeFileSync(join(folder, 'bench_app.py'), APP);
  let done = 0;
  let finish: (atMs: number) => void = () => undefined;
  const finished = new Promise<number>((resolve) => (finish = resolve));
  const server: Server = createServer((socket) =>
    socket.on('data', (bytes) => {
      done += bytes.length;
      if (done >= jobs) finish(nowMs());
    }),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const env = {
    ...process.env,
    BROKER: broker,
    QUEUE: `celery-${process.pid}-${jobs}`,
    COUNTER: String((server.address() as AddressInfo).port),
    C_FORCE_ROOT: '1',
  };
  const version = await output(['-c', 'import celery; print(celery.__version__)'], env, folder);
  const worker = spawn(
    PYTHON,
    [
      ...['-m', 'celery', '-A', 'bench_app', 'worker', '-c', String(PROCESSES), '-l', 'warning'],
      ...['--without-gossip', '--without-mingle', '--without-heartbeat'],
    ],
    { env, cwd: folder, stdio: ['ignore', 'ignore', 'ignore'] },
  );
  try {
    // Up when it has done one.
    await output(['-c', 'import bench_app; bench_app.send(1)'], env, folder);
    while (done < 1) await new Promise((resolve) => setTimeout(resolve, 50));
    done = 0;
    const sending = await output(
      ['-c', `import time, bench_app; print(time.time() * 1000); bench_app.send(${jobs})`],
      env,
      folder,
    );
    const endedAt = await finished;
    return { perSecond: Math.round((jobs / (endedAt - Number(sending))) * 1_000), version };
  } finally {
    await end(worker);
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function output(args: string[], env: NodeJS.ProcessEnv, cwd: string): Promise<string> {
  const child = spawn(PYTHON, args, { env, cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Misfit('Celery does not run: apt-get install python3-celery');
  return text.trim();
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await gone;
  clearTimeout(late);
}

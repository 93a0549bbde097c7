// Trains the behaviour models of many people by the runner, in the processes that `npm start` starts: how long it takes,
// how much memory the worker holds, and how late the event loops of all processes are meanwhile.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { kindOf } from '@verity/domain/risk/model-kinds';
import type { UserId } from '@verity/protocol/ids';
import { bundle } from '../bundle.mjs';
import { personNow } from '../testing/people';
import { MODALITIES, monthsOfBehaviour } from './behaviour-month';
import type { LoopReport, Spread } from './loop-watch';
import { countOption, percentile, type Bench } from './measure';
import { openCrowd } from './socket-load';
import { startBenchPlatform } from './socket-platform';

/** People who type and move meanwhile, one batch a second each. */
const AT_WORK = 10;
/** How long the processes are watched before the training begins. */
const CALM_MS = 20_000;
const LOOK_MS = 1_000;
const PROCESSES = ['server', 'pipeline', 'jobs'] as const;

export const bench: Bench = async (options, say) => {
  const people = countOption(options, 'people', 1_000);
  const counts = {
    keystroke: kindOf('keystroke').windows.most,
    mouse: kindOf('mouse').windows.most,
  };
  const dir = mkdtempSync(join(tmpdir(), 'verity-bench-loops-'));
  const watch = await bundle('scripts/bench/loop-watch.ts');
  const env = { NODE_OPTIONS: `--import=${watch}`, LOOP_WATCH_DIR: dir };
  say('starting the platform');
  const platform = await startBenchPlatform(1, env);
  let idle: ChildProcess | undefined;
  try {
    const began = performance.now();
    await storeMonths(people, counts, platform.stores, say);
    const storing = seconds(began);

    // It does nothing: what it is late by is the machine's doing.
    idle = spawn(process.execPath, ['-e', 'setInterval(() => {}, 60_000)'], {
      env: { ...process.env, ...env },
      stdio: 'ignore',
    });
    const pids = new Map<string, number>([
      ...PROCESSES.map((name): [string, number] => [name, platform.pid(name)]),
      ['idle', idle.pid ?? 0],
    ]);
    const reports = (): Record<string, LoopReport> =>
      Object.fromEntries(
        [...pids].map(([name, pid]) => [
          name,
          JSON.parse(readFileSync(join(dir, `${pid}.json`), 'utf8')) as LoopReport,
        ]),
      );
    const forget = (): void => pids.forEach((pid) => void process.kill(pid, 'SIGUSR2'));

    const signedIn = await platform.crowd(AT_WORK);
    const crowd = await openCrowd(
      platform.urls,
      signedIn.map(({ token }) => token),
    );
    const working = setInterval(() => crowd.forEach((socket) => socket.send()), 1_000);
    const answers = askAgainAndAgain(platform.urls[0] as string);
    await sleep(3_000);
    forget();
    say(`watching for ${CALM_MS / 1_000} s before the training`);
    await sleep(CALM_MS);
    const before = reports();
    const answersBefore = answers.take();
    forget();

    const cpuBefore = platform.cpu();
    const from = new Date();
    const { token } = await platform.signIn('admin');
    const order = await fetch(`${platform.urls[0]}/api/v1/jobs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ task: 'train_behavioral_models', payload: {} }),
    });
    if (!order.ok) throw new Error(`the training was refused: ${await order.text()}`);
    const training = performance.now();
    const loads: number[] = [];
    const ended = await untilTrained(platform.stores, people, from, (done) => {
      loads.push(loadavg()[0] as number);
      if (loads.length % 30 === 0) say(`${done} of ${people} people, ${seconds(training)} s`);
    });
    const took = seconds(training);
    const during = reports();
    const answersDuring = answers.take();
    clearInterval(working);
    answers.stop();
    crowd.forEach((socket) => socket.close());
    const cpu = platform.cpu();
    const models = people * MODALITIES.length;
    const workerCpu = (cpu.jobs ?? 0) - (cpuBefore.jobs ?? 0);
    return {
      people,
      windows: people * (counts.keystroke + counts.mouse),
      windowsOfAPerson: counts,
      data: 'generated: it measures time and memory alone',
      storingSeconds: storing,
      trainingSeconds: took,
      models,
      modelsPerSecond: round(models / took),
      failedJobs: ended.failed,
      processorSecondsOfWorker: round(workerCpu),
      processorSecondsPerPerson: round(workerCpu / people),
      peakRssOfWorkerMegabytes: round((during.jobs?.peakRssBytes ?? 0) / 2 ** 20),
      loopMsBefore: spreads(before),
      loopMsDuring: spreads(during),
      answersBefore,
      answersDuring,
      peopleAtWork: AT_WORK,
      loadMean: round(loads.reduce((sum, load) => sum + load, 0) / Math.max(1, loads.length)),
      loadMax: round(Math.max(...loads)),
    };
  } finally {
    idle?.kill();
    await platform.stop();
    rmSync(dir, { recursive: true, force: true });
  }
};

const seconds = (since: number): number => round((performance.now() - since) / 1_000);
const round = (value: number): number => Math.round(value * 100) / 100;

const spread = ({ p50, p99, max }: Spread): Spread => ({
  p50: round(p50),
  p99: round(p99),
  max: round(max),
});

const spreads = (reports: Record<string, LoopReport>) =>
  Object.fromEntries(
    Object.entries(reports).map(([name, { late, kept }]) => [
      name,
      { late: spread(late), kept: kept && spread(kept) },
    ]),
  );

type Stores = Awaited<ReturnType<typeof startBenchPlatform>>['stores'];

async function storeMonths(
  people: number,
  counts: Parameters<typeof monthsOfBehaviour>[0],
  { users, behaviourWindows }: Stores,
  say: (progress: string) => void,
): Promise<void> {
  const monthOf = monthsOfBehaviour(counts, new Date());
  for (let person = 1; person <= people; person++) {
    const user = personNow('user');
    await users.add(user);
    await behaviourWindows.add(monthOf(user.id satisfies UserId));
    if (person % 100 === 0) say(`stored the month of ${person} of ${people} people`);
  }
}

/** Resolves when everybody's job has ended. */
async function untilTrained(
  { jobs }: Stores,
  people: number,
  from: Date,
  look: (done: number) => void,
): Promise<{ failed: number }> {
  for (;;) {
    const rows = await jobs.summarise(from);
    const trained = rows.find(({ task }) => task === 'train_user_behavioral_model');
    const done = (trained?.succeeded ?? 0) + (trained?.failed ?? 0);
    if (done >= people) return { failed: trained?.failed ?? 0 };
    look(done);
    await sleep(LOOK_MS);
  }
}

/** Asks for the health of a server, ten times a second, and keeps how long each answer took. */
function askAgainAndAgain(url: string) {
  let times: number[] = [];
  const timer = setInterval(() => {
    const asked = performance.now();
    fetch(`${url}/health/live`)
      .then((answer) => answer.arrayBuffer())
      .then(
        () => times.push(performance.now() - asked),
        () => times.push(Infinity),
      );
  }, 100);
  return {
    take() {
      const taken = times;
      times = [];
      return {
        asked: taken.length,
        p50Ms: round(percentile(taken, 0.5)),
        p99Ms: round(percentile(taken, 0.99)),
        maxMs: round(Math.max(...taken)),
      };
    },
    stop: () => clearInterval(timer),
  };
}

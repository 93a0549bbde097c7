// From a batch of behaviour to the score of its session: latency at a thousand a second, and saturation beside a bare echo.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundle } from '../bundle.mjs';
import { countOption, median, percentile, range, type Bench } from './measure';
import { openCrowd, type LeanSocket } from './socket-load';
import { startBenchPlatform } from './socket-platform';

/** Before anything is measured: models are read, code is compiled. */
const WARM_UP_SECONDS = 10;
const WARM_UP_PATIENCE_SECONDS = 120;
const SATURATION_SECONDS = 8;
/** How long an answer may take before its batch counts as lost. */
const PATIENCE_SECONDS = 10;
/** The door takes ten batches a second from one socket. */
const LEAST_GAP_MS = 105;

export const bench: Bench = async (options, say) => {
  const sessions = countOption(options, 'sessions', 1_000);
  const seconds = countOption(options, 'seconds', 30);
  const runs = countOption(options, 'runs', 5);
  say('starting Redis, MongoDB, one http and one pipeline process');
  const world = await startBenchPlatform(1);
  const echo = fork(await bundle('scripts/bench/socket-echo.ts'));
  try {
    const [{ port }] = (await once(echo, 'message')) as [{ port: number }];
    say(`signing in ${sessions} people`);
    const people = await world.crowd(sessions);
    const crowd = await openCrowd(
      world.urls,
      people.map(({ token }) => token),
    );
    say(`${crowd.length} sockets are open; warming up`);
    const cold = await paced(crowd, WARM_UP_SECONDS, WARM_UP_PATIENCE_SECONDS);
    say(`the slowest of the first batches took ${Math.round(percentile(cold.times, 1))} ms`);
    const before = world.cpu();
    const latency = await paced(crowd, seconds);
    const used = difference(before, world.cpu(), latency.sent);
    const [p50, p99] = [percentile(latency.times, 0.5), percentile(latency.times, 0.99)];
    say(`p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, lost ${latency.lost}`);

    const echoCrowd = await openCrowd(
      [`http://127.0.0.1:${port}`],
      people.map(() => 'nobody'),
    );
    const ours: number[] = [];
    const peers: number[] = [];
    const cpu: Record<string, number>[] = [];
    for (let run = 0; run < runs; run++) {
      const measureOurs = async (): Promise<void> => {
        const start = world.cpu();
        const { perSecond, answered } = await saturate(crowd, LEAST_GAP_MS);
        cpu.push(difference(start, world.cpu(), answered));
        ours.push(perSecond);
        say(`run ${run + 1}: ${perSecond} batches/s scored`);
      };
      const measureEcho = async (): Promise<void> => {
        const { perSecond } = await saturate(echoCrowd, 0);
        peers.push(perSecond);
        say(`run ${run + 1}: ${perSecond} batches/s echoed`);
      };
      // Alternating: whoever comes second finds a warmer or a busier machine.
      if (run % 2 === 0) await measureOurs().then(measureEcho);
      else await measureEcho().then(measureOurs);
    }
    for (const socket of [...crowd, ...echoCrowd]) socket.close();
    return {
      sessions,
      batchesPerSecond: Math.round(latency.sent / seconds),
      p50: round(p50),
      p99: round(p99),
      max: round(percentile(latency.times, 1)),
      lost: latency.lost,
      refused: latency.refused,
      cpuMicrosecondsPerBatch: used,
      saturationPerSecond: median(ours),
      saturationRange: range(ours),
      echoSaturationPerSecond: median(peers),
      echoRange: range(peers),
      ratio: round(median(ours) / median(peers)),
      saturationCpuMicrosecondsPerBatch: cpu.at(-1),
      runs,
      redis: await world.redisVersion(),
      appendfsync: await world.appendfsync(),
    };
  } finally {
    echo.disconnect();
    await world.stop();
  }
};

interface Paced {
  sent: number;
  lost: number;
  refused: number;
  /** Milliseconds from sending a batch to the score that knows it. */
  times: number[];
}

/** Every socket sends one batch a second, each at its own moment of the second. */
async function paced(
  crowd: LeanSocket[],
  seconds: number,
  patienceSeconds = PATIENCE_SECONDS,
): Promise<Paced> {
  const result: Paced = { sent: 0, lost: 0, refused: 0, times: [] };
  const open = crowd.map((socket) => {
    const sentAt = new Map<number, number>();
    socket.onHeard = {
      acknowledged(seq, code) {
        if (code === null) return;
        result.refused++;
        sentAt.delete(seq);
      },
      // A newer score that replaced an older one knows its batch too.
      scored(newest) {
        for (const [seq, at] of sentAt) {
          if (seq > newest) break;
          result.times.push(performance.now() - at);
          sentAt.delete(seq);
        }
      },
    };
    return sentAt;
  });
  const started = performance.now();
  const total = crowd.length * seconds;
  while (result.sent < total) {
    const due = Math.min(total, ((performance.now() - started) / 1_000) * crowd.length);
    while (result.sent < due) {
      const index = result.sent++ % crowd.length;
      const socket = crowd[index] as LeanSocket;
      open[index]?.set(socket.nextSeq, performance.now());
      socket.send();
    }
    await sleep(1);
  }
  const waiting = (): number => open.reduce((sum, { size }) => sum + size, 0);
  const deadline = performance.now() + patienceSeconds * 1_000;
  while (waiting() > 0 && performance.now() < deadline) await sleep(20);
  result.lost = waiting();
  return result;
}

/** Every socket sends its next batch as soon as the last is answered: as many as can be served. */
async function saturate(
  crowd: LeanSocket[],
  leastGapMs: number,
): Promise<{ perSecond: number; answered: number }> {
  let answered = 0;
  let ended = false;
  for (const socket of crowd) {
    let sentAt = 0;
    let under = -1;
    const next = (): void => {
      if (ended) return;
      const gapMs = leastGapMs - (performance.now() - sentAt);
      if (gapMs > 1) {
        setTimeout(next, gapMs);
        return;
      }
      sentAt = performance.now();
      under = socket.send();
    };
    socket.onHeard = {
      scored(seq) {
        if (seq < under) return;
        answered++;
        next();
      },
      acknowledged(_seq, code) {
        if (code !== null) setTimeout(next, leastGapMs);
      },
    };
    next();
  }
  // The first moments are a stampede.
  await sleep(2_000);
  const from = performance.now();
  const early = answered;
  await sleep(SATURATION_SECONDS * 1_000);
  const perSecond = Math.round(((answered - early) / (performance.now() - from)) * 1_000);
  ended = true;
  await sleep(1_500);
  return { perSecond, answered };
}

const round = (value: number): number => Math.round(value * 100) / 100;

/** Microseconds of CPU that each process spent on one batch. */
const difference = (
  before: Record<string, number>,
  after: Record<string, number>,
  batches: number,
): Record<string, number> =>
  Object.fromEntries(
    Object.entries(after).map(([name, seconds]) => [
      name,
      Math.round(((seconds - (before[name] ?? 0)) / batches) * 1e6),
    ]),
  );

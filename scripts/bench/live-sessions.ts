// A thousand live sessions on the admin's page against the real server: how evenly does Chromium draw it?
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium, type Browser, type Page } from '@playwright/test';
import { countOption, median, Misfit, percentile, type Bench } from './measure';
import { openCrowd, type LeanSocket } from './socket-load';
import { startBenchPlatform } from './socket-platform';

/** Until the list is there and code is compiled. */
const WARM_UP_MS = 10_000;
/** A frame that a person sees as a jerk. */
const LONG_MS = 50;

interface Drawn {
  /** Milliseconds between two frames, in turn. */
  frames: number[];
  /** Milliseconds of each task over 50 ms. */
  longTasks: number[];
}

export const bench: Bench = async (options, say) => {
  const sessions = countOption(options, 'sessions', 1_000);
  const seconds = countOption(options, 'seconds', 30);
  say('starting Redis, MongoDB, one http and one pipeline process; building the client');
  const world = await startBenchPlatform(1, {}, { client: true });
  let browser: Browser | undefined;
  try {
    say(`signing in ${sessions} people`);
    const people = await world.crowd(sessions);
    const crowd = await openCrowd(
      world.urls,
      people.map(({ token }) => token),
    );
    const sending = startSending(crowd);
    const admin = await world.addAdmin();
    browser = await launch();
    const page = await (
      await browser.newContext({ viewport: { width: 1440, height: 900 } })
    ).newPage();
    await openSessions(page, `http://localhost:${world.ports[0]}`, admin);
    const rows = await page.getByRole('row').count();
    say(`${crowd.length} sessions send a batch a second; the page draws ${rows} rows of its list`);
    await sleep(WARM_UP_MS);
    const sentBefore = sending.sent();
    const drawn = await page.evaluate(watchFrames, {
      milliseconds: seconds * 1_000,
      longMs: LONG_MS,
    });
    const batches = sending.sent() - sentBefore;
    sending.stop();
    for (const socket of crowd) socket.close();
    const { frames, longTasks } = drawn;
    return {
      sessions,
      batchesPerSecond: Math.round(batches / seconds),
      frames: frames.length,
      framesOver50: frames.filter((ms) => ms > LONG_MS).length,
      longTasks: longTasks.length,
      longestTaskMs: longTasks.length > 0 ? Math.max(...longTasks) : 0,
      medianFrameMs: round(median(frames)),
      p99FrameMs: round(percentile(frames, 0.99)),
      longestFrameMs: round(percentile(frames, 1)),
      chromium: browser.version(),
    };
  } finally {
    await browser?.close();
    await world.stop();
  }
};

const round = (value: number): number => Math.round(value * 10) / 10;

async function launch(): Promise<Browser> {
  try {
    return await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
    });
  } catch (error) {
    throw new Misfit(
      `Chromium does not start (${(error as Error).message.split('\n')[0]}): apt-get install chromium, or name it in CHROMIUM`,
    );
  }
}

async function openSessions(
  page: Page,
  url: string,
  { email, password }: { email: string; password: string },
): Promise<void> {
  await page.goto(`${url}/sign-in`);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL((at) => !at.pathname.includes('sign-in'));
  await page.goto(`${url}/sessions`);
  await page.getByRole('row').nth(5).waitFor({ timeout: 60_000 });
}

/** One batch a second from each, each at its own moment of the second, until it is stopped. */
function startSending(crowd: LeanSocket[]): { sent(): number; stop(): void } {
  const started = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = ((performance.now() - started) / 1_000) * crowd.length;
    while (sent < due) crowd[sent++ % crowd.length]?.send();
  }, 2);
  return { sent: () => sent, stop: () => clearInterval(timer) };
}

/** Runs in the page. */
function watchFrames({
  milliseconds,
  longMs,
}: {
  milliseconds: number;
  longMs: number;
}): Promise<Drawn> {
  return new Promise((resolve) => {
    const frames: number[] = [];
    const longTasks: number[] = [];
    const tasks = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) {
        if (duration > longMs) longTasks.push(duration);
      }
    });
    tasks.observe({ type: 'longtask' });
    const began = performance.now();
    let last = began;
    const frame = (): void => {
      const now = performance.now();
      frames.push(now - last);
      last = now;
      if (now - began < milliseconds) requestAnimationFrame(frame);
      else {
        tasks.disconnect();
        resolve({ frames, longTasks });
      }
    };
    requestAnimationFrame(frame);
  });
}

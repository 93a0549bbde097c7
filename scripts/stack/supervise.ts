// Runs child processes: starts them in order, brings back what dies, stops them in reverse order.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pause } from '../../backend/adapters/src/pause';
import { Guard } from './guard';
import { identify, isAlive, type ProcessIdentity, signalProcess } from './process-identity';
import { RotatingLog } from './rotating-log';
import { StackError } from './stack-error';

export interface ChildSpec {
  /** Names its pid file and log. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Asked again and again until it says true. */
  ready(): Promise<boolean>;
  readonly readyDeadlineMs?: number;
  /** After this long SIGTERM is followed by SIGKILL. */
  readonly stopDeadlineMs?: number;
  /** A child that keeps dying comes back after this long at most; ten seconds when left out. */
  readonly longestDelayMs?: number;
}

export interface SupervisorEvents {
  /** The child has died and comes back after the delay. */
  restarting?(name: string, reason: string, delayMs: number): void;
  /** Something a child has printed. */
  output?(name: string, chunk: Buffer): void;
}

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 10_000;
/** A child that has been up for so long has its next restart counted from the first delay again. */
const STABLE_MS = 30_000;
const READY_POLL_MS = 20;
const TAIL_BYTES = 4_000;

/** One child under supervision; it has a new pid after each restart. */
export class SupervisedChild {
  #process: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #failures = 0;
  #startedAt = 0;
  #stopping = false;
  #stopped: Promise<void> | undefined;
  #wake = new AbortController();
  #tail = '';
  #ready = false;

  constructor(
    readonly spec: ChildSpec,
    private readonly house: { guard: Guard; runDir: string; log: RotatingLog },
    private readonly events: SupervisorEvents,
  ) {}

  get name(): string {
    return this.spec.name;
  }

  /** Undefined between a death and the restart. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  get isReady(): boolean {
    return this.#ready;
  }

  /** Starts it for the first time: a child that does not come up is an error, not a loop. */
  async start(): Promise<void> {
    this.#launch();
    const deadlineMs = this.spec.readyDeadlineMs ?? 60_000;
    if (await this.#untilReady(deadlineMs)) return;
    const died = this.#process === undefined;
    await this.stop();
    throw new StackError(
      `${this.name} ${died ? 'exited while starting' : `was not ready after ${deadlineMs / 1000} s`}` +
        (this.#tail ? `; it last said:\n${this.#tail.trimEnd()}` : ''),
      `read ${this.house.log.path}, or run \`npm run doctor\``,
    );
  }

  /** Stops it and keeps it down. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#stopping = true;
    this.#wake.abort();
    const pid = this.pid;
    if (pid !== undefined) {
      signalProcess(pid, 'SIGTERM', 'process');
      const late = setTimeout(
        () => signalProcess(pid, 'SIGKILL', 'group'),
        this.spec.stopDeadlineMs ?? 10_000,
      );
      await this.#exited;
      clearTimeout(late);
    }
    this.house.log.close();
  }

  /** Stops it at once, without a chance to save anything, when a second signal asks for that. */
  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    if (this.pid !== undefined) signalProcess(this.pid, signal, 'group');
  }

  /** Resolves when it is up again, for who has just killed it. */
  async untilReady(deadlineMs = 60_000): Promise<void> {
    if (!(await this.#untilReady(deadlineMs, true))) {
      throw new Error(`${this.name} was not ready within ${deadlineMs} ms`);
    }
  }

  /** An orderly stop and a new start. */
  async restart(): Promise<void> {
    const pid = this.pid;
    if (pid !== undefined) {
      signalProcess(pid, 'SIGTERM', 'process');
      await this.#exited;
    }
    await this.untilReady();
  }

  #launch(): void {
    const { command, args, env, cwd } = this.spec;
    // A group of its own, so that the terminal's Ctrl-C reaches the supervisor alone and nothing
    // that the child starts is left behind.
    const child = spawn(command, args, {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: env ?? process.env,
      cwd,
    });
    this.#process = child;
    this.#startedAt = performance.now();
    this.#ready = false;
    const pidFile = join(this.house.runDir, `${this.name}.pid`);
    if (child.pid !== undefined) {
      this.house.guard.add(child.pid);
      writeFileSync(pidFile, JSON.stringify(identify(child.pid) ?? { pid: child.pid }));
    }
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => this.#heard(chunk));
    }
    this.#exited = untilExit(child).then((reason) => {
      this.#process = undefined;
      this.#ready = false;
      if (child.pid !== undefined) {
        this.house.guard.remove(child.pid);
        rmSync(pidFile, { force: true });
      }
      if (!this.#stopping) void this.#comeBack(reason);
    });
  }

  async #comeBack(reason: string): Promise<void> {
    if (performance.now() - this.#startedAt > STABLE_MS) this.#failures = 0;
    const longestMs = this.spec.longestDelayMs ?? LONGEST_DELAY_MS;
    const delayMs = Math.min(FIRST_DELAY_MS * 2 ** this.#failures++, longestMs);
    this.events.restarting?.(this.name, reason, delayMs);
    await pause(delayMs, this.#wake.signal);
    if (this.#stopping) return;
    this.#launch();
    await this.#untilReady(this.spec.readyDeadlineMs ?? 60_000);
  }

  /** False when the deadline passes or, unless it comes back by itself, when the child dies. */
  async #untilReady(deadlineMs: number, comesBack = false): Promise<boolean> {
    const deadline = performance.now() + deadlineMs;
    while (performance.now() < deadline) {
      const asked = this.#process;
      if (!asked && (!comesBack || this.#stopping)) return false;
      if (asked && (await this.spec.ready()) && this.#process === asked) {
        this.#ready = true;
        return true;
      }
      await sleep(READY_POLL_MS);
    }
    return false;
  }

  #heard(chunk: Buffer): void {
    this.house.log.write(chunk);
    this.#tail = (this.#tail + chunk.toString()).slice(-TAIL_BYTES);
    this.events.output?.(this.name, chunk);
  }
}

/** Resolves, with the reason, when a child has ended, its group is gone and its output is read. */
async function untilExit(child: ChildProcess): Promise<string> {
  const closed = new Promise((resolve) => child.once('close', resolve));
  const reason = await new Promise<string>((resolve) => {
    child.once('error', (error) => child.pid === undefined && resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  if (child.pid !== undefined) signalProcess(child.pid, 'SIGKILL', 'group');
  // Something that left the group may hold the output open: then the rest of it is not ours.
  await Promise.race([closed, sleep(500, undefined, { ref: false })]);
  child.stdout?.destroy();
  child.stderr?.destroy();
  return reason;
}

/** The children of one data directory: pid files under `run/`, output under `logs/`. */
export class Supervisor {
  /** Started together, stopped together. */
  readonly #groups: SupervisedChild[][] = [];
  #stopping = false;
  readonly #guard = new Guard();
  readonly #runDir: string;
  readonly #logDir: string;

  constructor(
    dataDir: string,
    private readonly events: SupervisorEvents = {},
  ) {
    this.#runDir = join(dataDir, 'run');
    this.#logDir = join(dataDir, 'logs');
    for (const directory of [this.#runDir, this.#logDir]) {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
    }
  }

  get children(): readonly SupervisedChild[] {
    return this.#groups.flat();
  }

  /** Starts children beside one another; resolves when all are ready. */
  async start(...specs: ChildSpec[]): Promise<SupervisedChild[]> {
    if (this.#stopping) throw new Error('the supervisor is stopping');
    const group = specs.map((spec) => {
      const log = new RotatingLog(join(this.#logDir, `${spec.name}.log`));
      const house = { guard: this.#guard, runDir: this.#runDir, log };
      return new SupervisedChild(spec, house, this.events);
    });
    this.#groups.push(group);
    await Promise.all(group.map((child) => child.start()));
    return group;
  }

  /** Stops all, the youngest first. Children that are still starting end with an error. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (let group = this.#groups.pop(); group; group = this.#groups.pop()) {
      await Promise.all(group.map((child) => child.stop()));
    }
    await this.#guard.close();
  }

  /** Ends everything now; `stop` then has nothing to wait for. */
  kill(): void {
    for (const child of this.children) child.kill();
  }
}

/** The processes whose pid files an earlier supervisor has left, and which still run. */
export function leftOver(dataDir: string): ({ name: string } & ProcessIdentity)[] {
  const runDir = join(dataDir, 'run');
  return readPidFiles(runDir)
    .map((file) => {
      const identity = JSON.parse(readFileSync(join(runDir, file), 'utf8')) as ProcessIdentity;
      return { name: file.replace(/\.pid$/, ''), ...identity };
    })
    .filter(isAlive);
}

/** Ends what an earlier supervisor has left behind. Only the holder of the lock may do this. */
export async function reapLeftOver(dataDir: string): Promise<void> {
  const orphans = leftOver(dataDir);
  for (const { pid } of orphans) signalProcess(pid, 'SIGTERM', 'group');
  const deadline = performance.now() + 10_000;
  while (orphans.some(isAlive) && performance.now() < deadline) await sleep(50);
  for (const { pid } of orphans.filter(isAlive)) signalProcess(pid, 'SIGKILL', 'group');
  const runDir = join(dataDir, 'run');
  for (const file of readPidFiles(runDir)) rmSync(join(runDir, file), { force: true });
}

function readPidFiles(runDir: string): string[] {
  try {
    return readdirSync(runDir).filter((file) => file.endsWith('.pid'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

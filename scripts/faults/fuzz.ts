// Rounds of random input at a door of a running platform, and what is measured meanwhile.
import { readFileSync } from 'node:fs';
import { seededRandom } from '@verity/domain/kernel/maths';
import { fuzzHttp } from './fuzz-http';
import { fuzzSocket } from './fuzz-socket';
import { FuzzValues } from './fuzz-values';
import type { House } from './house';
import { signIn, type Signed } from './people';

export type FuzzTarget = 'http' | 'socket';

/** One input and its answer: an HTTP status, 0 for none. */
export interface Outcome {
  what: string;
  status: number;
  bytes: number;
  milliseconds: number;
}

export interface FuzzFigures {
  inputs: number;
  /** Ends of the server process, and answers that own up to a defect (5xx other than 503). */
  crashes: number;
  maxRssBytes: number;
  /** Of inputs of 16 KiB and more; below, the fixed cost of a request would be measured. */
  maxMillisecondsPerMegabyte: number;
  /** What answered 5xx. */
  broken: string[];
}

const AT_ONCE = 8;
const WORTH_TIMING_BYTES = 16_384;

/** Goes on until `enough` says so. */
export async function fuzz(
  house: House,
  target: FuzzTarget,
  { seed, enough }: { seed: number; enough: (inputs: number) => boolean },
): Promise<FuzzFigures> {
  const server = house.platform.child('server');
  const url = house.urls[0] as string;
  const people = await crew(house, target);
  const figures = { inputs: 0, crashes: 0, maxRssBytes: 0, maxMillisecondsPerMegabyte: 0 };
  const broken: string[] = [];
  let tokens = people.map(({ token }) => token);
  let pid = server.pid;
  let renewedAt = 0;

  const note = ({ what, status, bytes, milliseconds }: Outcome): void => {
    figures.inputs++;
    if (status >= 500 && status !== 503) broken.push(`${what} answered ${status}`);
    if (bytes >= WORTH_TIMING_BYTES) {
      const pace = milliseconds / (bytes / 1_000_000);
      figures.maxMillisecondsPerMegabyte = Math.max(figures.maxMillisecondsPerMegabyte, pace);
    }
  };
  const caller = async (number: number): Promise<void> => {
    const values = new FuzzValues(seededRandom(seed * 1_000 + number));
    while (!enough(figures.inputs)) {
      if (target === 'http') note(await fuzzHttp(url, tokens, values));
      else for (const outcome of await fuzzSocket(url, tokens, values)) note(outcome);
      if (server.pid !== pid) {
        figures.crashes++;
        await server.untilReady();
        pid = server.pid;
      }
      figures.maxRssBytes = Math.max(figures.maxRssBytes, peakRssBytes(pid));
      // Sessions that the input has ended are begun again now and then.
      if (number === 0 && figures.inputs - renewedAt >= 1_000) {
        renewedAt = figures.inputs;
        tokens = await renewed(url, people, tokens);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, (_, number) => caller(number)));
  return { ...figures, crashes: figures.crashes + broken.length, broken };
}

/** People and an admin of their own, besides the admin who looks on. */
async function crew(house: House, target: FuzzTarget): Promise<Signed[]> {
  return [
    await house.somebody(`${target}-ada`),
    await house.somebody(`${target}-alan`),
    await house.somebody(`${target}-admin`, 0, 'admin'),
  ];
}

async function renewed(
  url: string,
  people: readonly Signed[],
  tokens: readonly string[],
): Promise<string[]> {
  return Promise.all(
    people.map(({ person }, at) =>
      signIn(url, person).then(
        ({ token }) => token,
        // Refused for now: the one before may still do.
        () => tokens[at] as string,
      ),
    ),
  );
}

/** The most memory that a process has held (proc(5), VmHWM); 0 where the system does not tell. */
function peakRssBytes(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0; // Not Linux, or between two lives.
  }
}

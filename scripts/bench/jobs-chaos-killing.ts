// Kills processes with -9 at random, by a seed: which, when, and whether it waits until the victim is up.
import { setTimeout as sleep } from 'node:timers/promises';
import type { SupervisedChild } from '../stack/supervise';
import type { Seeded } from './seeded';

const BETWEEN_KILLS_MS = 3_000;

export interface Killing {
  /** The share of the kills that are over, 0 to 1. */
  readonly progress: () => number;
  readonly done: Promise<Record<string, number>>;
}

export function killAtRandom(
  victims: readonly SupervisedChild[],
  { kills, random, say }: { kills: number; random: Seeded; say: (line: string) => void },
): Killing {
  const killed: Record<string, number> = {};
  let count = 0;
  let lastAt = performance.now();
  let waitMs = 0;
  const run = async (): Promise<Record<string, number>> => {
    while (count < kills) {
      waitMs = random.wait(BETWEEN_KILLS_MS);
      lastAt = performance.now();
      await sleep(waitMs);
      const chosen = victims[random.below(victims.length)] as SupervisedChild;
      // Nine times of ten one that works; else also one that is just coming up.
      const patient = random.next() < 0.9;
      while (chosen.pid === undefined || (patient && !chosen.isReady)) await sleep(20);
      chosen.kill('SIGKILL');
      const kind = chosen.name.replace(/-\d+$/, '');
      killed[kind] = (killed[kind] ?? 0) + 1;
      count++;
      if (count % 20 === 0) say(`${count} of ${kills} killed`);
    }
    return killed;
  };
  const shareOfWait = (): number => Math.min(1, (performance.now() - lastAt) / Math.max(1, waitMs));
  return {
    done: run(),
    progress: () => (count >= kills ? 1 : Math.min(1, (count + shareOfWait()) / kills)),
  };
}

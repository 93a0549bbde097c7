// The measure `fuzz`: random input at a door of a platform of its own, for so many minutes.
import { fuzz, type FuzzTarget } from '../faults/fuzz';
import { openHouse } from '../faults/house';
import { misfit } from './csv';
import { countOption, type Options } from './options';

const TARGETS: readonly string[] = ['http', 'socket'] satisfies FuzzTarget[];

export async function evaluateFuzz(
  options: Options,
  say: (progress: string) => void,
): Promise<Record<string, unknown>> {
  const target = String(options['target'] ?? '');
  if (!TARGETS.includes(target)) throw misfit(`--target must be one of: ${TARGETS.join(', ')}`);
  const minutes = countOption(options, 'minutes', 1, { least: 1, most: 24 * 60 });
  // Another round each time; told, so that a round can be had again, nearly: callers run side by side.
  const seed = Math.floor(Date.now() / 1_000) % 1_000_000;
  say(`a platform starts; the seed is ${seed}`);
  const house = await openHouse();
  try {
    const end = performance.now() + minutes * 60_000;
    let told = 0;
    const { broken, ...figures } = await fuzz(house, target as FuzzTarget, {
      seed,
      enough(inputs) {
        if (inputs - told >= 5_000) say(`${(told = inputs)} inputs`);
        return performance.now() >= end;
      },
    });
    for (const what of new Set(broken)) say(what);
    return { target, minutes, ...figures };
  } finally {
    await house.close();
  }
}

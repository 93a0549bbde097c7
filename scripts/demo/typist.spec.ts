// Specs of the simulated typists: they repeat with their seed, keep their pace, and are told apart.
import { describe, expect, it } from 'vitest';
import { seededRandom } from '@verity/domain/kernel/maths';
import { shippedTyping } from '@verity/domain/risk/typing-background';
import { readyTyping, trainTyping } from '@verity/domain/risk/typing-model';
import { advance, newWindowState } from '@verity/domain/telemetry/windows';
import { BehavioralData } from '@verity/protocol/telemetry/schemas';
import { recordStretch } from './behaviour';
import { makeTypist, type TypistParameters } from './typist';
import data from './typists.json';

const typists = data.typists as unknown as TypistParameters[];
const named = (id: string): TypistParameters => {
  const found = typists.find((typist) => typist.id === id);
  if (!found) throw new RangeError(`no typist is named ${id}`);
  return found;
};

function windowsOf(typist: TypistParameters, seed: number, seconds: number): Float64Array[] {
  let state = newWindowState();
  return recordStretch(makeTypist(typist, seededRandom(seed)), 1_700_000_000_000, seconds * 1000)
    .flatMap((batch) => {
      const step = advance(state, BehavioralData.parse({ ...batch, seq: 0 }));
      state = step.state;
      return step.windows;
    })
    .filter(({ modality }) => modality === 'keystroke')
    .map(({ features }) => features);
}

describe('typists', () => {
  it('come in the order of time and repeat with their seed', () => {
    const take = (seed: number) => {
      const typist = makeTypist(typists[0]!, seededRandom(seed));
      return Array.from({ length: 3000 }, () => typist.next().value);
    };
    const events = take(1);
    expect(take(1)).toEqual(events);
    expect(take(2)).not.toEqual(events);
    events.forEach((event, i) => expect(event.at).toBeGreaterThanOrEqual(events[i - 1]?.at ?? 0));
    for (const kind of ['key_down', 'key_up', 'move', 'button_down', 'button_up']) {
      expect(events.some((event) => event.kind === kind)).toBe(true);
    }
  });

  it('type some ten windows in two minutes, each of them', () => {
    for (const typist of typists) {
      const { length } = windowsOf(typist, 3, 120);
      expect(length).toBeGreaterThan(8);
      expect(length).toBeLessThan(40);
    }
  });

  it('of the takeover are told apart window by window', () => {
    const [owner, stranger] = [named(data.takeover.owner), named(data.takeover.stranger)];
    const sittings = [1, 2, 3, 4].map((seed) => windowsOf(owner, seed, 120));
    const task = {
      windows: sittings.flat(),
      sittings: sittings.flatMap((windows, sitting) => windows.map(() => `${sitting}`)),
      version: 1,
      now: new Date(0),
    };
    const model = readyTyping(trainTyping(task, shippedTyping()), shippedTyping());
    const mean = (typist: TypistParameters): number => {
      const weights = [50, 51]
        .flatMap((seed) => windowsOf(typist, seed, 120))
        .map((w) => model.weigh(w).weight);
      return weights.reduce((sum, x) => sum + x, 0) / weights.length;
    };
    expect(mean(owner)).toBeLessThan(-0.6);
    expect(mean(stranger)).toBeGreaterThan(0.9);
  });
});

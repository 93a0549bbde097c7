// Whose hands are on which keyboard: a fitted typist for each place in the cast.
import { randomInt } from 'node:crypto';
import { seededRandom } from '@verity/domain/kernel/maths';
import type { Behaviour } from './behaviour';
import { makeTypist, type TypistParameters } from './typist';
import fitted from './typists.json';

const TYPISTS = fitted.typists as unknown as TypistParameters[];

/** The typist at each place of the cast. */
const OWNERS = [0, 1, 2, 4, 3, 5, 6, 7] as const;

/**
 * Who sits down at each place: of the others, one who was ended in all of four trials, and slowly enough for every step
 * to be seen. Two people may type so alike that typing alone does not tell.
 */
const STRANGERS = [6, 6, 6, 6, 0, 6, 3, 6] as const;

const sittingOf = (typist: number): Behaviour =>
  makeTypist(TYPISTS[typist]!, seededRandom(randomInt(2 ** 31)));

/** One sitting of the person in this place of the cast; no two sittings are alike. */
export const handsOf = (place: number): Behaviour => sittingOf(OWNERS[place % OWNERS.length]!);

/** Somebody else than the person in this place of the cast. */
export const strangerTo = (place: number): Behaviour =>
  sittingOf(STRANGERS[place % STRANGERS.length]!);

/** Many sittings of one person, one after the other: what a model of the person must have seen. */
export function* sittingsOf(place: number, sittingMs: number): Behaviour {
  for (let began = 0; ; began += sittingMs) {
    for (const event of handsOf(place)) {
      if (event.at >= sittingMs) break;
      yield { ...event, at: began + event.at };
    }
  }
}

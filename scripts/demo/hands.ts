// Whose hands are on which keyboard: a fitted typist for each place in the cast.
import { randomInt } from 'node:crypto';
import { seededRandom } from '@verity/domain/kernel/maths';
import type { Behaviour } from './behaviour';
import { makeTypist, type TypistParameters } from './typist';
import fitted from './typists.json';

const TYPISTS = fitted.typists as unknown as TypistParameters[];

const sittingOf = (place: number): Behaviour =>
  makeTypist(TYPISTS[place % TYPISTS.length]!, seededRandom(randomInt(2 ** 31)));

/** One sitting of the person in this place of the cast; no two sittings are alike. */
export const handsOf = (place: number): Behaviour => sittingOf(place);

/**
 * Who sits down at each place: typists outside of the cast, who were ended in all of eight trials and slowly enough for
 * every step to be seen. Two people may type so alike that it takes longer, or that typing alone does not tell.
 */
const STRANGERS = [10, 10, 12, 10, 10, 10, 10, 10] as const;

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

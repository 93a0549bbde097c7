// Runs the demo's people beside the platform until the signal comes: enrols them, seats them, tells the story.
import { randomInt } from 'node:crypto';
import { PEOPLE, type Person } from './cast';
import { announceLook, say } from './announce';
import type { Credential, Credentials } from './credentials';
import { Desk } from './desk';
import { enrol } from './enrol';
import { handsOf, sittingsOf, strangerTo } from './hands';
import { tellStory } from './story';

/** A person types a little differently in every sitting; the model must have met several. */
const SITTING_MS = 30_000;

export async function play(
  url: string,
  credentials: Credentials,
  signal: AbortSignal,
): Promise<void> {
  const cast = PEOPLE.flatMap((person) => {
    const credential = credentials[person.email];
    return credential ? [{ person, credential }] : [];
  });
  try {
    await enrolAll(url, cast, signal);
    if (signal.aborted) return;
    const desks = cast.map(
      ({ person, credential }) =>
        new Desk({ url, person, credential, hands: () => handsOf(placeOf(person)), random, say }),
    );
    signal.addEventListener('abort', () => desks.forEach((desk) => desk.leave()), { once: true });
    say(`${desks.length} people are at work`);
    announceLook(url);
    const stranger = (desk: Desk) => strangerTo(placeOf(desk.person));
    await Promise.all([
      ...desks.map((desk) => desk.work(signal)),
      tellStory({ url, desks, stranger, say, signal }),
    ]);
  } catch (error) {
    if (!signal.aborted) say(`The demo's people have stopped: ${String(error)}`);
  }
}

async function enrolAll(
  url: string,
  cast: readonly { person: Person; credential: Credential }[],
  signal: AbortSignal,
): Promise<void> {
  const shares = cast.map(() => 0);
  const total = (): number => shares.reduce((sum, share) => sum + share, 0) / shares.length;
  const telling = setInterval(() => {
    if (total() > 0) say(`the people are becoming known: ${(100 * total()).toFixed(0)} %`);
  }, 5000);
  try {
    const outcomes = await Promise.all(
      cast.map(({ person, credential }, index) =>
        enrol({
          url,
          person,
          credential,
          behaviour: sittingsOf(placeOf(person), SITTING_MS),
          progress: (share) => (shares[index] = share),
          signal,
        }),
      ),
    );
    const learning = cast.filter((_, index) => outcomes[index] === 'learning');
    for (const { person } of learning) say(`${person.name} has no model yet; it is still learning`);
  } finally {
    clearInterval(telling);
  }
}

/** Everybody keeps the hands of their place in the cast. */
const placeOf = (person: Person): number => PEOPLE.indexOf(person);

const random = (): number => randomInt(2 ** 32) / 2 ** 32;

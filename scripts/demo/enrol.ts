// Lets a demo person become known: their own typing, played through the same door as everybody's.
import { setTimeout as delay } from 'node:timers/promises';
import { recordStretch, type Behaviour } from './behaviour';
import type { Person } from './cast';
import type { Credential } from './credentials';
import { Visit } from './visit';

/** Behaviour that is played. The door takes what is at most ten minutes old, ten batches a second. */
const STRETCH_MS = 5 * 60_000;
const MODEL_DEADLINE_MS = 60_000;

/** Answers `known` when a model was there already; `progress` is told the share of batches delivered. */
export async function enrol(
  url: string,
  person: Person,
  credential: Credential,
  behaviour: Behaviour,
  progress: (share: number) => void,
): Promise<'known' | 'enrolled' | 'learning'> {
  const visit = await Visit.begin(url, person, credential);
  try {
    if (await isKnown(visit)) return 'known';
    const batches = recordStretch(behaviour, visit.now() - STRETCH_MS, STRETCH_MS);
    for (const batch of batches) visit.deliver(batch);
    const watching = setInterval(() => progress(1 - visit.pending() / batches.length), 1000);
    await visit.delivered().finally(() => clearInterval(watching));
    progress(1);
    for (const until = Date.now() + MODEL_DEADLINE_MS; Date.now() < until; await delay(1000)) {
      if (await isKnown(visit)) return 'enrolled';
    }
    return 'learning';
  } finally {
    await visit.signOut();
  }
}

const isKnown = async (visit: Visit): Promise<boolean> =>
  (await visit.door.call('GET /api/v1/me/model', {})).state === 'ready';

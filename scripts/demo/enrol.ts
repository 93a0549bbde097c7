// Lets a demo person become known: their own typing, played through the same door as everybody's.
import { setTimeout as delay } from 'node:timers/promises';
import { recordStretch, type Behaviour } from './behaviour';
import type { Person } from './cast';
import type { Credential } from './credentials';
import { Visit } from './visit';

/** Behaviour that is played. The door takes what is at most ten minutes old, ten batches a second. */
const STRETCH_MS = 5 * 60_000;
const MODEL_DEADLINE_MS = 60_000;

export interface EnrolOptions {
  url: string;
  person: Person;
  credential: Credential;
  behaviour: Behaviour;
  /** Told the share of batches that is delivered. */
  progress: (share: number) => void;
  signal: AbortSignal;
}

/** `known`: a model was there already. `learning`: none is there yet. */
export async function enrol(options: EnrolOptions): Promise<'known' | 'enrolled' | 'learning'> {
  const { url, person, credential, behaviour, progress, signal } = options;
  const visit = await Visit.begin(url, person, credential);
  // While a model is young anything may look strange to it.
  visit.listeners.add({ onStepUp: () => void visit.stepUp().catch(giveUp) });
  try {
    if (await isKnown(visit)) return 'known';
    const batches = recordStretch(behaviour, visit.now() - STRETCH_MS, STRETCH_MS);
    for (const batch of batches) visit.deliver(batch);
    while (visit.pending() > 0 && !visit.ended && !signal.aborted) {
      progress(1 - visit.pending() / batches.length);
      await delay(500);
    }
    for (const until = Date.now() + MODEL_DEADLINE_MS; Date.now() < until; await delay(1000)) {
      if (signal.aborted || visit.ended) break;
      if (await isKnown(visit)) return 'enrolled';
    }
    return 'learning';
  } finally {
    progress(1);
    await visit.signOut();
  }
}

/** Who cannot prove anything is not learnt from: enrolment ends as `learning`, which is told. */
const giveUp = (): undefined => undefined;

const isKnown = async (visit: Visit): Promise<boolean> =>
  (await visit.door.call('GET /api/v1/me/model', {})).state === 'ready';

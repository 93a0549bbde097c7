// A demo person at work: signs in, types and moves, proves who they are when asked, and comes back tomorrow.
import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '@verity/protocol/faults';
import { LiveRecording, type Behaviour } from './behaviour';
import type { Person } from './cast';
import type { Credential } from './credentials';
import { Visit, type VisitListener } from './visit';

const minutes = 60_000;
/** Shorter than a token lives, so that nobody needs a new one. */
const WORK_MS = { least: 20 * minutes, most: 40 * minutes };
const BREAK_MS = { least: 15_000, most: 30_000 };
/** Time that a person needs to find and type the password. */
const ANSWER_MS = { least: 4_000, most: 9_000 };

export interface DeskOptions {
  url: string;
  person: Person;
  credential: Credential;
  /** The owner's hands, anew for each session. */
  hands: () => Behaviour;
  random: () => number;
  say: (line: string) => void;
}

export class Desk {
  readonly person: Person;
  readonly #options: DeskOptions;
  readonly #wake = new Set<() => void>();
  #visit: Visit | undefined;
  #recording: LiveRecording | undefined;
  #inOtherHands = false;

  constructor(options: DeskOptions) {
    this.person = options.person;
    this.#options = options;
  }

  /** The running session, when there is one. */
  get visit(): Visit | undefined {
    return this.#visit?.ended ? undefined : this.#visit;
  }

  /** Works session after session until the signal comes; `leave` ends the one that runs. */
  async work(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#workOnce(signal);
      } catch (error) {
        if (signal.aborted) return;
        const seconds = error instanceof Fault ? (error.retryAfterSeconds ?? 10) : 10;
        const why = error instanceof Error ? error.message : String(error);
        this.#options.say(
          `${this.person.name} cannot work now (${why}); tries again in ${seconds} s`,
        );
        await this.#rest(seconds * 1000);
        continue;
      }
      if (!signal.aborted) await this.#rest(this.#between(BREAK_MS));
    }
  }

  /** Somebody else sits down at this desk; `watch` hears what becomes of the session. */
  takeOver(stranger: Behaviour, watch: VisitListener): void {
    this.#inOtherHands = true;
    this.#recording?.takeOver(stranger);
    this.#visit?.listeners.add(watch);
  }

  /** Ends the running session, if any. */
  leave(): void {
    this.#wakeAll();
  }

  async #workOnce(signal: AbortSignal): Promise<void> {
    const { url, person, credential, hands } = this.#options;
    const visit = await Visit.begin(url, person, credential);
    if (signal.aborted) return visit.signOut();
    this.#visit = visit;
    this.#inOtherHands = false;
    this.#recording = new LiveRecording(
      hands(),
      () => visit.now(),
      (batch) => visit.deliver(batch),
    );
    visit.listeners.add({
      onStepUp: () => void this.#answerStepUp(visit),
      onEnded: () => this.#wakeAll(),
    });
    await this.#rest(this.#between(WORK_MS));
    this.#recording.stop();
    this.#recording = undefined;
    this.#visit = undefined;
    await visit.signOut();
  }

  /** The owner knows the password; whoever took the desk does not. */
  async #answerStepUp(visit: Visit): Promise<void> {
    if (this.#inOtherHands) return;
    await delay(this.#between(ANSWER_MS));
    if (visit.ended || this.#inOtherHands) return;
    try {
      await visit.stepUp();
      this.#options.say(`${this.person.name} was asked for proof and gave the password`);
    } catch (error) {
      this.#options.say(`${this.person.name} could not prove who it is: ${String(error)}`);
    }
  }

  #rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#wake.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#wake.add(done);
    });
  }

  #wakeAll(): void {
    for (const wake of this.#wake) wake();
  }

  #between({ least, most }: { least: number; most: number }): number {
    return least + this.#options.random() * (most - least);
  }
}

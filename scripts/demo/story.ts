// What happens in the demo: a session is taken over, passwords are guessed, telemetry is replayed; again and again.
import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '@verity/protocol/faults';
import type { ServerEventPayload } from '@verity/protocol/events';
import type { Behaviour } from './behaviour';
import { STRANGER_ADDRESS } from './cast';
import type { Desk } from './desk';
import { Door } from './door';

export interface StoryOptions {
  url: string;
  desks: readonly Desk[];
  /** The hands of somebody who is not the owner of this desk. */
  stranger: (desk: Desk) => Behaviour;
  say: (line: string) => void;
  signal: AbortSignal;
}

const FIRST_AFTER_MS = 60_000;
const BETWEEN_MS = 75_000;
/** A takeover that the policy has not ended by then is over all the same. */
const TAKEOVER_DEADLINE_MS = 4 * 60_000;
const GUESSES = 6;

/** Tells the story until the signal comes. */
export async function tellStory(options: StoryOptions): Promise<void> {
  const { desks, signal } = options;
  await pause(FIRST_AFTER_MS, signal);
  for (let turn = 0; !signal.aborted; turn++) {
    // Each act has another person; three acts and eight people meet in every combination.
    const desk = desks[(turn * 5 + 4) % desks.length]!;
    const act = [takeOver, guessPasswords, replay][turn % 3]!;
    try {
      await act(options, desk);
    } catch (error) {
      if (!signal.aborted) options.say(`That act failed: ${String(error)}`);
    }
    await pause(BETWEEN_MS, signal);
  }
}

async function takeOver({ stranger, say, signal }: StoryOptions, desk: Desk): Promise<void> {
  const { name } = desk.person;
  if (!desk.visit) return say(`${name} is away, so nobody takes the desk over`);
  say(`${name} has left the desk unlocked, and somebody else types on in the session`);
  say(`  look: Sessions, row “${name}”: the score rises from now on`);
  const began = performance.now();
  const seconds = (): string => `${((performance.now() - began) / 1000).toFixed(0)} s`;
  let told = 0;
  let asked = false;
  const reason = await new Promise<string | null>((resolve) => {
    const deadline = setTimeout(() => resolve(null), TAKEOVER_DEADLINE_MS);
    signal.addEventListener('abort', () => resolve(null), { once: true });
    desk.takeOver(stranger(desk), {
      onScore(score) {
        if (score.risk_score < told + 12) return;
        told = score.risk_score;
        say(`  ${seconds()}: ${Math.floor(score.risk_score)}, ${score.band}: ${strongest(score)}`);
      },
      onStepUp(why) {
        if (asked) return;
        asked = true;
        say(`  ${seconds()}: proof is asked for (${why}); the stranger does not know the password`);
      },
      onEnded(why) {
        clearTimeout(deadline);
        resolve(why);
      },
    });
  });
  if (signal.aborted) return;
  if (reason === null) {
    say(
      `  the session of ${name} was not ended within ${TAKEOVER_DEADLINE_MS / 60_000} minutes; it is left now`,
    );
    desk.leave();
    return;
  }
  say(`  ${seconds()}: the session of ${name} is ended: ${reason}`);
  if (!asked)
    say('  (the score passed the band that asks for proof between two windows of typing)');
  say(`  look: Alerts, the newest one; click it for the reasons and the decision behind it`);
}

const strongest = ({ contributions }: ServerEventPayload<'risk_score_update'>): string =>
  contributions
    .filter(({ source, log_odds }) => source !== 'prior' && log_odds > 0)
    .sort((a, b) => b.log_odds - a.log_odds)
    .slice(0, 2)
    .map(({ value }) => value)
    .join('; ');

async function guessPasswords({ url, say }: StoryOptions, desk: Desk): Promise<void> {
  const { name, email } = desk.person;
  say(`somebody at ${STRANGER_ADDRESS ?? 'localhost'} guesses the password of ${name}`);
  const door = new Door({ url, from: STRANGER_ADDRESS, userAgent: 'Mozilla/5.0 (unknown)' });
  for (let guess = 1; guess <= GUESSES; guess++) {
    try {
      await door.call('POST /api/v1/auth/login', { body: { email, password: `guess ${guess}` } });
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      if (error.code === 'wrong-credentials') continue;
      say(`  after ${guess - 1} guesses the door answers: ${error.message}`);
      break;
    }
  }
  say(`  look: Alerts, “failed sign-ins”; and the reasons behind the score of ${name}`);
}

async function replay({ say }: StoryOptions, desk: Desk): Promise<void> {
  const { name } = desk.person;
  if (!desk.visit) return say(`${name} is away, so nothing can be replayed`);
  say(`a copied second of ${name}'s behaviour is sent again`);
  const answer = await desk.visit.replayLast();
  if (answer && !answer.ok) say(`  the door answers: ${answer.problem.detail}`);
  say(`  look: Alerts, “replayed telemetry”`);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}

// Free typing judged as the platform judges it: people enrolled on their first sessions, their later ones and other people's weighed.
import { applyFinding, initialRisk, scoreSession, type RiskState } from '@verity/domain/risk/score';
import { readTypingBackground, shippedTyping } from '@verity/domain/risk/typing-background';
import { TYPING_DATA } from '@verity/domain/risk/typing-background-data';
import {
  parseTyping,
  trainTyping,
  type TypingBackground,
  type TypingModel,
} from '@verity/domain/risk/typing-model';
import type { BehaviourBatch } from '@verity/domain/telemetry/windows';
import type { SessionId, UserId } from '@verity/protocol/ids';
import { misfit } from './csv';
import { enrolment, fingerprint, fitTyping } from './fit-typing';
import { inputFile, type Options } from './options';
import { batchesOf, readTyping, windowsOf, type Person } from './typing-data';

/** A window of a later session: its features, and the seconds from the one before (the session's start for the first). */
export interface TestWindow {
  features: Float64Array;
  seconds: number;
}

export interface Contestant {
  name: string;
  model: TypingModel;
  artefactBytes: number;
  /** What the model was made of. */
  enrolled: Float64Array[];
  sessions: TestWindow[][];
  /** The last of these sessions as it came, a batch a second. */
  batches: BehaviourBatch[];
}

export interface Contest {
  contestants: Contestant[];
  trainSeconds: number;
}

/** A rest between two windows, e.g. in a recording with a break, counts no longer than this. */
const LONGEST_REST_S = 120;

/**
 * Each person of the file who is not in the shipped background is enrolled on the first half of their sessions; the
 * second half is the genuine test and, for all others, the impostor's. With `--refit` the parts change: a background
 * fitted now to those people, and those of the shipped one judged.
 */
export function holdContest(
  options: Options,
  most: number,
  say: (progress: string) => void,
): Contest {
  const path = inputFile(options);
  const known = new Set(TYPING_DATA.people);
  const everybody = readTyping(path);
  const inside = everybody.filter((person) => known.has(fingerprint(person)));
  const outside = everybody.filter((person) => !known.has(fingerprint(person)));
  const refit = options['refit'] === true;
  const judged = refit ? inside : outside;
  if (judged.length < 2 || (refit && outside.length < 4)) {
    throw misfit(`${path} has too few people for this measure`);
  }
  say(`${judged.length} people to judge, ${everybody.length - judged.length} left out`);
  const background = refit ? readTypingBackground(fitTyping(outside, '', say)) : shippedTyping();
  const began = performance.now();
  const contestants = judged.map((person) => contestant(person, background, most));
  const trainSeconds = (performance.now() - began) / 1000 / judged.length;
  return { contestants, trainSeconds };
}

function contestant(person: Person, background: TypingBackground, most: number): Contestant {
  const sessions = person.sessions.map(({ keys }) => {
    const start = (keys[0]?.[1] ?? 0) + START;
    const windows = windowsOf(keys, START);
    return windows.map(({ at, features }, i) => {
      const before = i > 0 ? (windows[i - 1] as { at: number }).at : start;
      return { features, seconds: Math.min(LONGEST_REST_S, (at - before) / 1000) };
    });
  });
  const task = enrolment(
    sessions.map((session) => session.map(({ features }) => features)),
    most,
  );
  const artefact = JSON.stringify(
    trainTyping({ ...task, version: 1, now: new Date(0) }, background),
  );
  return {
    name: person.name,
    model: parseTyping(artefact, background),
    artefactBytes: artefact.length,
    enrolled: task.windows,
    sessions: sessions.slice(sessions.length >> 1),
    batches: batchesOf(person.sessions.at(-1)?.keys ?? [], START),
  };
}

const START = 1_700_000_000_000;

/** A session as the platform scores it when nothing but typing is known: the log-odds after each window. */
export function course(
  model: TypingModel,
  windows: readonly TestWindow[],
  start: { state: RiskState; atMs: number } = {
    state: initialRisk('s' as SessionId, 'u' as UserId, new Date(0)),
    atMs: 0,
  },
): { logOdds: number[]; end: { state: RiskState; atMs: number } } {
  let { state, atMs } = start;
  const logOdds = windows.map(({ features, seconds }) => {
    atMs += seconds * 1000;
    const now = new Date(Math.round(atMs));
    const { weight, value } = model.weigh(features);
    state = applyFinding(state, {
      cause: 'batch',
      observed_at: now.toISOString(),
      observations: [{ source: 'keystroke', mode: 'add', weight, value }],
    });
    return scoreSession(state, now).log_odds;
  });
  return { logOdds, end: { state, atMs } };
}

/** Genuine windows before a stranger sits down at the open session. */
export const WINDOWS_BEFORE = 8;

/** The course of a stranger's session that follows the owner's windows. */
export function takeoverCourse(me: Contestant, stranger: readonly TestWindow[]): number[] {
  const before = course(me.model, (me.sessions[0] ?? []).slice(0, WINDOWS_BEFORE));
  return course(me.model, stranger, before.end).logOdds;
}

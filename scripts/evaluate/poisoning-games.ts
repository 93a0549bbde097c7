// The people and rules by which models of fixed text, free typing and the mouse are led astray and judged.
import { mouseKind } from '@verity/domain/risk/mouse-kind';
import { phraseKind, type PhraseModel } from '@verity/domain/risk/phrase-model';
import { TYPING_DATA } from '@verity/domain/risk/typing-background-data';
import { typingKind } from '@verity/domain/risk/typing-kind';
import { misfit, readText } from './csv';
import { fingerprint } from './fit-typing';
import type { Made } from './follower';
import { asPhrases, readFixedText } from './keystroke-data';
import { mouseWindowsOf, readMousePart } from './mouse-data';
import type { Game, Player } from './poisoner';
import { readTyping, windowsOf } from './typing-data';

export interface Contest {
  game: Game;
  players: Player[];
}

const ENROLLED_REPS = 200;
const REPS_A_SITTING = 50;

/** Fixed text in the CMU layout: enrolled on the first 200 repetitions, judged and followed on the last 200. */
export function phraseContest(path: string): Contest {
  const players = asPhrases(readFixedText(readText(path), path)).map(({ name, rows }): Player => {
    if (rows.length < 2 * ENROLLED_REPS) {
      throw misfit(
        `${path}: subject ${name} has ${rows.length} repetitions; ${2 * ENROLLED_REPS} are needed`,
      );
    }
    const made = rows.map((features, i) => ({
      features,
      sitting: `${Math.floor(i / REPS_A_SITTING)}`,
    }));
    return { name, enrolled: made.slice(0, ENROLLED_REPS), later: made.slice(-ENROLLED_REPS) };
  });
  return {
    players,
    game: {
      modality: 'phrase:0',
      kind: phraseKind,
      weigh: (model, window) => (model as PhraseModel).logOdds(window),
      run: 1,
      perDay: REPS_A_SITTING,
      daysBetween: 1,
      origin: ownWindow,
      othersOf: () => [],
    },
  };
}

/** Free text in the POHMM layout, of people who are in no background: the first half of the sessions enrols. */
export function typingContest(path: string): Contest {
  const known = new Set(TYPING_DATA.people);
  const players = readTyping(path)
    .filter((person) => !known.has(fingerprint(person)))
    .map(({ name, sessions }): Player => {
      const sittings = sessions.map(({ name: sitting, keys }) =>
        windowsOf(keys).map(({ features }) => ({ features, sitting })),
      );
      const half = sittings.length >> 1;
      return { name, enrolled: sittings.slice(0, half).flat(), later: sittings.slice(half).flat() };
    });
  return {
    players,
    game: {
      modality: 'keystroke',
      kind: typingKind,
      weigh: weightOf,
      run: 4,
      perDay: 100,
      daysBetween: 7,
      origin: ownWindow,
      othersOf: () => [],
    },
  };
}

/** The mouse in the Balabit layout: the first half of a person's training actions enrols. Others are the cohort. */
export function mouseContest(directory: string): Contest {
  const people = new Map<string, Made[]>();
  for (const session of readMousePart(directory, 'training_files')) {
    const made = people.get(session.user) ?? [];
    people.set(session.user, made);
    const { name: sitting } = session;
    for (const { features } of mouseWindowsOf(session)) made.push({ features, sitting });
  }
  const players = [...people].map(([name, made]): Player => {
    const half = Math.min(MOST_ACTIONS, made.length >> 1);
    return { name, enrolled: made.slice(0, half), later: made.slice(half, half + MOST_ACTIONS) };
  });
  return {
    players,
    game: {
      modality: 'mouse',
      kind: mouseKind,
      weigh: weightOf,
      run: 30,
      perDay: 1_000,
      daysBetween: 7,
      origin: ownAction,
      othersOf: (names) =>
        players
          .filter(({ name }) => !names.has(name))
          .map(({ enrolled }) => enrolled.map(({ features }) => features)),
    },
  };
}

const MOST_ACTIONS = 1_500;

const weightOf: Game['weigh'] = (model, window) => model.weigh(window).weight;

const ownWindow: Game['origin'] = (own, _, turn) => own[turn % own.length] as Float64Array;

/** Of the same kind as the goal: a movement, a click or a drag. */
function ownAction(own: readonly Float64Array[], goal: Float64Array, turn: number): Float64Array {
  for (let i = 0; i < own.length; i++) {
    const one = own[(turn + i) % own.length] as Float64Array;
    if (one[0] === goal[0]) return one;
  }
  return own[turn % own.length] as Float64Array;
}

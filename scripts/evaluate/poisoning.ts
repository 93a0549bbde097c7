// evaluate -- poisoning: an attacker leads a model, one accepted update after the other, from its person to themselves.
import { misfit } from './csv';
import { meanOf } from './error-rates';
import { follow } from './follower';
import { countOption, inputDirectory, inputFile, type Options } from './options';
import { followDrift, poison, runs, type Game, type Led, type Player } from './poisoner';
import { mouseContest, phraseContest, typingContest, type Contest } from './poisoning-games';

const CONTESTS: Record<string, { open(options: Options): Contest; updates: number }> = {
  phrase: { open: (options) => phraseContest(inputFile(options)), updates: 500 },
  keystroke: { open: (options) => typingContest(inputFile(options)), updates: 500 },
  mouse: { open: (options) => mouseContest(inputDirectory(options)), updates: 1_000 },
};

export function evaluatePoisoning(options: Options, say: (progress: string) => void) {
  const modality = String(options['modality'] ?? 'phrase');
  const contest = Object.hasOwn(CONTESTS, modality) ? CONTESTS[modality] : undefined;
  if (!contest) {
    throw misfit(
      `--modality must be one of ${Object.keys(CONTESTS).join(', ')}, not "${modality}"`,
    );
  }
  const updates = countOption(options, 'updates', contest.updates, { least: 1, most: 10_000 });
  const { game, players } = contest.open(options);
  if (players.length < 3) throw misfit(`The data have ${players.length} people; 3 are needed`);
  const victims = countOption(options, 'victims', players.length, {
    least: 1,
    most: players.length,
  });
  const guarded: Led[] = [];
  const unguarded: Led[] = [];
  const drifts: ReturnType<typeof followDrift>[] = [];
  const unguardedDrifts: typeof drifts = [];
  for (const victim of players.slice(0, victims)) {
    const strangers = players.filter((one) => one !== victim);
    const attacks = attackersOf(game, victim, strangers).map((attacker) => ({
      guarded: poison(game, victim, attacker, strangers, updates, true),
      unguarded: poison(game, victim, attacker, strangers, updates, false),
    }));
    const drift = followDrift(game, victim, strangers);
    const open = followDrift(game, victim, strangers, false);
    guarded.push(...attacks.map((attack) => attack.guarded));
    unguarded.push(...attacks.map((attack) => attack.unguarded));
    drifts.push(drift);
    unguardedDrifts.push(open);
    say(
      `${victim.name}: ${attacks
        .map(
          ({ guarded: one, unguarded: other }) =>
            `attack ${one.before.toFixed(3)} -> ${one.after.toFixed(3)} (no guard ${other.after.toFixed(3)}; ${one.taught} taught, ${one.refused} refused)`,
        )
        .join(
          ', ',
        )}; drift ${drift.frozen.toFixed(3)} -> ${drift.followed.toFixed(3)} (${drift.taught} of ${drift.offered} taught, ${drift.refused} refused)`,
    );
  }
  const mean = <T>(all: readonly T[], of: (one: T) => number): number =>
    rounded(meanOf(all.map(of)));
  return {
    modality,
    victims,
    attacks: guarded.length,
    updates,
    eerBefore: mean(guarded, ({ before }) => before),
    eerAfter: mean(guarded, ({ after }) => after),
    eerAfterWorst: rounded(Math.max(...guarded.map(({ before, after }) => after - before))),
    eerBeforeAllImpostors: mean(guarded, ({ beforeAll }) => beforeAll),
    eerAfterAllImpostors: mean(guarded, ({ afterAll }) => afterAll),
    acceptedUpdates: mean(guarded, ({ taught }) => taught),
    refusedUpdates: mean(guarded, ({ refused }) => refused),
    unguardedEerAfter: mean(unguarded, ({ after }) => after),
    unguardedEerAfterAllImpostors: mean(unguarded, ({ afterAll }) => afterAll),
    driftEerFrozen: mean(drifts, ({ frozen }) => frozen),
    driftEerFollowed: mean(drifts, ({ followed }) => followed),
    driftEerUnguarded: mean(unguardedDrifts, ({ followed }) => followed),
    driftShareLearnt: mean(drifts, ({ taught, offered }) => taught / offered),
    driftShareRefused: mean(drifts, ({ refused, offered }) => refused / offered),
  };
}

/** The person whose behaviour is nearest to the victim's, who has the shortest way to go, and one in the middle. */
function attackersOf(game: Game, victim: Player, others: readonly Player[]): Player[] {
  const { model } = follow(game.kind, game.modality, victim.enrolled, {
    others: game.othersOf(new Set([victim.name])),
  });
  const strangeness = ({ later }: Player): number =>
    meanOf(
      runs(
        later.map(({ features }) => game.weigh(model, features)),
        game.run,
      ),
    );
  const sorted = others
    .map((player) => ({ player, strangeness: strangeness(player) }))
    .sort((a, b) => a.strangeness - b.strangeness)
    .map(({ player }) => player);
  return [sorted[0] as Player, sorted[sorted.length >> 1] as Player];
}

const rounded = (x: number): number => Math.round(x * 1e4) / 1e4;

// Makes backend/domain/src/risk/typing-background-data.ts from recordings: node scripts/run.mjs scripts/evaluate/fit-typing.ts FREE_TEXT.csv.gz
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { KEYSTROKE_MEASURES } from '@verity/domain/kernel/keystroke-features';
import { roundTo } from '@verity/domain/kernel/maths';
import { readBackground } from '@verity/domain/risk/background';
import { readTypingBackground, type PackedTyping } from '@verity/domain/risk/typing-background';
import {
  measuresOf,
  readyTyping,
  trainTyping,
  type TypingFusion,
} from '@verity/domain/risk/typing-model';
import { lowerOf, packFloats, type TypingWorld } from '@verity/domain/risk/typing-world';
import { isBackground, quantise } from './fit-background';
import { balanced, fitLogistic } from './logistic';
import { readTyping, windowsOf, type Person } from './typing-data';
import { fitTypingWorld, type Sittings } from './typing-world-fit';

/** Windows of each person in the cloud of other people. */
const CLOUD_WINDOWS = 8;
/** People are left out in so many groups, and their worlds fitted in fewer rounds: they only serve to join the detectors. */
const GROUPS = 4;
const ROUNDS_LEFT_OUT = 4;
/** Enrolments of so many windows teach how to join the detectors; the largest takes all there are. */
const ENROLMENTS = [6, 16, 400];
const NO_FUSION: TypingFusion = {
  ratio: 1,
  nearest: 0,
  offset: 0,
  offsetOverWindows: 0,
};

export const sittingsOf = ({ sessions }: Person): Float64Array[][] =>
  sessions.map(({ keys }) => windowsOf(keys).map(({ features }) => features));

/** Of the first session's times: who is in a background is known again in another file. */
export const fingerprint = ({ sessions }: Person): string =>
  createHash('sha256').update(JSON.stringify(sessions[0]?.keys)).digest('hex').slice(0, 16);

/** Windows of the first sittings, at most so many, with the sitting of each. */
export function enrolment(sittings: Sittings, most: number) {
  const half = sittings.slice(0, sittings.length >> 1);
  return {
    windows: half.flat().slice(0, most),
    sittings: half.flatMap((windows, s) => windows.map(() => `${s}`)).slice(0, most),
  };
}

const packWorld = (world: TypingWorld): PackedTyping['world'] => ({
  mean: packFloats(world.mean),
  noise: packFloats(world.noise),
  person: packFloats(lowerOf(world.person)),
  sitting: packFloats(lowerOf(world.sitting)),
  window: packFloats(lowerOf(world.window)),
});

export function fitTyping(
  people: readonly Person[],
  source: string,
  say: (progress: string) => void,
): PackedTyping {
  const sittings = people.map(sittingsOf);
  say(`fitting the world to ${people.length} people`);
  return {
    source,
    people: people.map(fingerprint),
    world: packWorld(fitTypingWorld(sittings)),
    cloud: cloudOf(sittings, source),
    fusion: fitFusion(sittings, say),
  };
}

const cloudOf = (people: readonly Sittings[], source: string) =>
  quantise(
    people.map((sittings) => sittings.flat().map(measuresOf)),
    KEYSTROKE_MEASURES,
    CLOUD_WINDOWS,
    source,
  );

/** Each person in turn plays the owner before a world that does not know them and a cloud without the stranger's windows. */
function fitFusion(people: readonly Sittings[], say: (progress: string) => void): TypingFusion {
  const genuine: number[][] = [];
  const strangers: number[][] = [];
  const worlds = Array.from({ length: GROUPS }, (_, group) => {
    say(`fitting the world without group ${group + 1} of ${GROUPS}`);
    return fitTypingWorld(
      people.filter((__, i) => i % GROUPS !== group),
      ROUNDS_LEFT_OUT,
    );
  });
  people.forEach((me, place) => {
    const others = people.filter((_, i) => i !== place);
    const world = worlds[place % GROUPS] as TypingWorld;
    for (const most of ENROLMENTS) {
      const task = { ...enrolment(me, most), version: 1, now: new Date(0) };
      const judge = (whom: Sittings, cloudPeople: readonly Sittings[]): number[][][] => {
        const cloud = readBackground(cloudOf(cloudPeople, ''));
        const model = readyTyping(trainTyping(task, { world, cloud }), {
          world,
          cloud,
          fusion: NO_FUSION,
        });
        return whom.slice(whom.length >> 1).map((windows) =>
          windows.map((window) => {
            const { ratio, nearest } = model.detect(window);
            return [ratio, nearest, 1, 1 / model.windows];
          }),
        );
      };
      genuine.push(...judge(me, others).flat());
      for (const stranger of others) {
        const rest = others.filter((one) => one !== stranger);
        strangers.push(...judge(stranger, rest).flat());
      }
    }
    say(`joined the detectors for person ${place + 1} of ${people.length}`);
  });
  const beta = fitLogistic(balanced(genuine, strangers));
  const [ratio = 0, nearest = 0, offset = 0, offsetOverWindows = 0] = beta;
  const plain = { ratio, nearest, offset, offsetOverWindows };
  say(JSON.stringify(plain));
  return Object.fromEntries(
    Object.entries(plain).map(([name, x]) => [name, roundTo(x, 4)]),
  ) as unknown as TypingFusion;
}

function main(): void {
  const [path] = process.argv.slice(2);
  if (!path) {
    console.error('Usage: node scripts/run.mjs scripts/evaluate/fit-typing.ts FREE_TEXT.csv.gz');
    process.exit(2);
  }
  const people = readTyping(path).filter(isBackground);
  const packed = fitTyping(
    people,
    `${people.length} people of vmonaco/pohmm-keystroke free_text (BSD-3-Clause), timings mapped to key classes`,
    (progress) => console.error(progress),
  );
  readTypingBackground(packed);
  const body = JSON.stringify(packed, null, 2).replace(
    /\[\s+([^\]]*?)\s+\]/g,
    (_, list: string) => `[${list.replace(/\s+/g, ' ')}]`,
  );
  writeFileSync(
    resolve('backend/domain/src/risk/typing-background-data.ts'),
    `// Generated by scripts/evaluate/fit-typing.ts: how other people type, as small derived numbers only.\nimport type { PackedTyping } from './typing-background';\n\n// prettier-ignore\nexport const TYPING_DATA: PackedTyping = ${body};\n`,
  );
}

if (process.argv[1]?.includes('fit-typing')) main();

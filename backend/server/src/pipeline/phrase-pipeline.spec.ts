// A fixed text through the whole pipeline over real Redis and MongoDB: learnt from its repetitions, then weighed by its model.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Modality } from '@verity/domain/risk/ports';
import { normalDraw, seededRandom } from '@verity/domain/kernel/maths';
import type { RiskMessage } from '@verity/protocol/risk/messages';
import { FIXED_TEXT_BASE } from '@verity/protocol/telemetry/schemas';
import { connect, openWorld, until, type World } from '../../../../scripts/testing/socket-world';

let world: World;

beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const KEYS = 10;
const TEXT: Modality = `phrase:0.${KEYS}.0`;
/** Between two repetitions; the second begins the text again and so ends the first. */
const REST_MS = 4_000;
/** The door takes ten batches a second. */
const BREATH_MS = 110;

describe('a fixed text', () => {
  it('is learnt from ten repetitions, then tells its person from another rhythm, and is no free typing', async () => {
    const server = await world.startServer();
    await world.startStages();
    const person = await world.signIn();
    const client = await connect(server.url, person.token);
    const random = seededRandom(3);
    const around = (ms: number): number => Math.round(ms * Math.exp(0.1 * normalDraw(random)));
    // Kept offline and sent afterwards, so that the minutes pass quickly.
    let measuredAt = Date.now() - 300_000;
    const type = async (repetitions: number, tempo: number): Promise<void> => {
      for (let sent = 0; sent < repetitions; sent++) {
        measuredAt += REST_MS;
        let press = 0;
        const keystrokes = Array.from({ length: KEYS }, (_, i): [number, number, number] => {
          press += i === 0 ? 0 : around((150 + 20 * (i % 4)) * tempo);
          return [FIXED_TEXT_BASE + i, press, around((80 + 5 * (i % 3)) * tempo)];
        });
        const answer = await client.batch({
          started_at: measuredAt,
          keystrokes,
          mouseMovements: [],
        });
        expect(answer).toMatchObject({ ok: true });
        await new Promise((resolve) => setTimeout(resolve, BREATH_MS));
      }
    };
    const said = (words: RegExp): boolean =>
      client
        .of<RiskMessage>('risk_score_update')
        .some(({ contributions }) =>
          contributions.some(({ source, value }) => source === 'keystroke' && words.test(value)),
        );

    await type(14, 1);
    const model = await until(
      () => world.stores.behaviourModels.newest(person.session.userId, TEXT),
      'a model of the text',
      30_000,
    );
    expect(model.windows).toBeGreaterThanOrEqual(10);
    await until(
      async () => {
        await type(2, 1);
        return said(/^this text typed like you do$/);
      },
      'a repetition that is like the person',
      20_000,
    );
    await until(
      async () => {
        await type(2, 2.2);
        return said(/^this text typed not as you do: .*(slower|longer)/);
      },
      'a repetition that is unlike the person',
      20_000,
    );
    const counts = await world.stores.behaviourWindows.count(person.session.userId);
    expect(counts[TEXT]).toBeGreaterThanOrEqual(10);
    expect(counts.keystroke).toBe(0);
  }, 90_000);
});

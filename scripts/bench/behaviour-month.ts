// A month of behaviour of many people, generated: windows of a common shape, shifted and scattered per person. They measure
// time and memory, and say nothing about how well anybody is known.
import { newId } from '@verity/adapters/world';
import { FEATURES, type FeatureModality } from '@verity/domain/kernel/behaviour-features';
import { normalDraw, seededRandom, type SeededRandom } from '@verity/domain/kernel/maths';
import type { WindowRecord } from '@verity/domain/risk/ports';
import { advance, newWindowState } from '@verity/domain/telemetry/windows';
import type { SessionId, UserId } from '@verity/protocol/ids';
import { BehavioralData } from '@verity/protocol/telemetry/schemas';
import { batch } from './socket-load';

export const MODALITIES = ['keystroke', 'mouse'] as const;

const DAYS = 30;
const DAY_MS = 86_400_000;
/** Of the spread of a feature over everybody: how far people lie apart, and windows of one person. */
const APART = 0.5;
const SCATTER = 0.7;
/** Batches that the common shape is taken from. */
const SHAPE_PEOPLE = 40;
const SHAPE_SECONDS = 60;

interface Shape {
  windows: Float64Array[];
  spread: Float64Array;
}

/** Each call makes the month of another person; `counts` are windows of the month. */
export function monthsOfBehaviour(
  counts: Readonly<Record<FeatureModality, number>>,
  until: Date,
): (user: UserId) => WindowRecord[] {
  const random = seededRandom(11);
  const shapes = { keystroke: shapeOf('keystroke'), mouse: shapeOf('mouse') };
  return (user) => {
    const sessions = Array.from({ length: DAYS }, () => newId<SessionId>());
    return MODALITIES.flatMap((modality) => {
      const { windows, spread } = shapes[modality];
      const shift = spread.map((each) => APART * each * normalDraw(random));
      return Array.from({ length: counts[modality] }, (_, index): WindowRecord => {
        const share = (index + 1) / counts[modality];
        const base = windows[Math.floor(random() * windows.length)] as Float64Array;
        return {
          id: newId<string>(),
          userId: user,
          sessionId: sessions[Math.ceil(share * DAYS) - 1] as SessionId,
          modality,
          at: new Date(until.getTime() - Math.round((1 - share) * DAYS * DAY_MS)),
          features: Array.from(base, (x, f) => vary(x, shift[f] ?? 0, spread[f] ?? 0, random)),
        };
      });
    });
  };
}

/** What is absent stays so. */
const vary = (x: number, shift: number, spread: number, random: SeededRandom): number =>
  x + shift + SCATTER * spread * normalDraw(random);

function shapeOf(modality: FeatureModality): Shape {
  const windows: Float64Array[] = [];
  for (let person = 0; person < SHAPE_PEOPLE; person++) {
    let state = newWindowState();
    for (let second = 0; second < SHAPE_SECONDS; second++) {
      const said = JSON.parse(batch(person, second, 1_000_000 + second * 1_000)) as unknown;
      const next = advance(state, BehavioralData.parse(said));
      state = next.state;
      for (const window of next.windows) {
        if (window.modality === modality) windows.push(window.features);
      }
    }
  }
  const spread = Float64Array.from(FEATURES[modality], (_, f) => {
    const known = windows.map((window) => window[f] as number).filter((x) => x === x);
    const mean = known.reduce((sum, x) => sum + x, 0) / Math.max(1, known.length);
    const squares = known.reduce((sum, x) => sum + (x - mean) ** 2, 0);
    return Math.sqrt(squares / Math.max(1, known.length));
  });
  return { windows, spread };
}

// Actions of other people that ship with Verity: whom a person is told from where few others are enrolled.
import { bytesOf } from '../kernel/base64';
import { MOUSE_BACKGROUND } from './mouse-background-data';

/** As it is committed. Byte b of feature f stands for low[f] + (b - 1) * step[f]; 0 for absent. */
export interface QuantisedPeople {
  source: string;
  features: number;
  low: readonly number[];
  step: readonly number[];
  /** Bytes in base64, one per feature and action, in the order of time. */
  people: readonly { name: string; actions: string }[];
}

export interface BackgroundPerson {
  name: string;
  windows: Float64Array[];
}

export function readPeople({ features, low, step, people }: QuantisedPeople): BackgroundPerson[] {
  return people.map(({ name, actions }) => {
    const bytes = bytesOf(actions);
    const windows = Array.from({ length: Math.floor(bytes.length / features) }, (_, row) =>
      Float64Array.from({ length: features }, (_, f) => {
        const byte = bytes[row * features + f] as number;
        return byte === 0 ? Number.NaN : (low[f] as number) + (byte - 1) * (step[f] as number);
      }),
    );
    return { name, windows };
  });
}

let shipped: BackgroundPerson[] | undefined;

/** Where they come from is said in docs/models/mouse.md. */
export const shippedPeople = (): BackgroundPerson[] => (shipped ??= readPeople(MOUSE_BACKGROUND));

// What detection remembers of a session: its open windows, and finished ones that are not done with yet.
import type { WindowRecord } from '@verity/domain/risk/ports';
import type { WindowState } from '@verity/domain/telemetry/windows';

export interface BehaviourState {
  windows: WindowState;
  /** Finished windows that wait for the models of their person to be read. */
  unweighed: WindowRecord[];
  /** Weighed windows on their way into the store; kept here until they are surely in it. */
  unlearnt: WindowRecord[];
  /** Epoch ms of the last erasure that this state has obeyed; 0 when there was none. */
  erasedAt: number;
}

/** As it is stored. Numbers go as bytes in base64: writing them as decimals is the dearest thing that a batch does. */
interface Stored {
  v: 2;
  /** keysFrom, repeatAt, number of keys, the keys, the mouse. */
  n: string;
  /** Number of the text, and the open repetition of it; absent when there is none. */
  phrase?: string;
  unweighed?: StoredWindow[];
  unlearnt?: StoredWindow[];
  erasedAt?: number;
}

type StoredWindow = Omit<WindowRecord, 'at' | 'features'> & { at: number; features: string };

export function serialiseBehaviour({
  windows,
  unweighed,
  unlearnt,
  erasedAt,
}: BehaviourState): string {
  const { keysFrom, repeatAt, keys, mouse, text, phrase } = windows;
  const stored: Stored = {
    v: 2,
    n: pack([keysFrom, repeatAt, keys.length, ...keys, ...mouse]),
    ...(phrase.length > 0 ? { phrase: pack([text, ...phrase]) } : {}),
    ...(unweighed.length > 0 ? { unweighed: unweighed.map(storedOf) } : {}),
    ...(unlearnt.length > 0 ? { unlearnt: unlearnt.map(storedOf) } : {}),
    ...(erasedAt > 0 ? { erasedAt } : {}),
  };
  return JSON.stringify(stored);
}

/** Our own writing; another version's is of no use, and the session's windows begin anew. */
export function parseBehaviour(json: string): BehaviourState | null {
  const stored = JSON.parse(json) as Partial<Stored>;
  if (stored.v !== 2 || typeof stored.n !== 'string') return null;
  const [keysFrom = 0, repeatAt = 0, count = 0, ...rest] = unpack(stored.n);
  const [text = 0, ...phrase] = unpack(stored.phrase ?? '');
  return {
    windows: {
      keysFrom,
      repeatAt,
      keys: rest.slice(0, count),
      mouse: rest.slice(count),
      text,
      phrase,
    },
    unweighed: (stored.unweighed ?? []).map(recordOf),
    unlearnt: (stored.unlearnt ?? []).map(recordOf),
    erasedAt: stored.erasedAt ?? 0,
  };
}

/** A window that waits is written with every batch of its session, and packed once. */
const packed = new WeakMap<WindowRecord, StoredWindow>();

function storedOf(record: WindowRecord): StoredWindow {
  let stored = packed.get(record);
  if (!stored) {
    const { at, features, ...rest } = record;
    stored = { ...rest, at: at.getTime(), features: pack(features) };
    packed.set(record, stored);
  }
  return stored;
}

const recordOf = ({ at, features, ...rest }: StoredWindow): WindowRecord => ({
  ...rest,
  at: new Date(at),
  features: unpack(features),
});

const pack = (values: readonly number[]): string =>
  Buffer.from(Float64Array.from(values).buffer).toString('base64');

function unpack(base64: string): number[] {
  const bytes = Buffer.from(base64, 'base64');
  return Array.from({ length: bytes.length / 8 }, (_, at) => bytes.readDoubleLE(at * 8));
}

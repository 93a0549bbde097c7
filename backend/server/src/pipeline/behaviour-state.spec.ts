// The state of a session survives being stored, to the last bit.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SessionId, UserId } from '@verity/protocol/ids';
import { newWindowState } from '@verity/domain/telemetry/windows';
import { parseBehaviour, serialiseBehaviour } from './behaviour-state';

const numbers = fc.array(fc.double(), { maxLength: 40 });
const windows = fc.array(
  fc.record(
    {
      id: fc.string(),
      userId: fc.uuid().map((id) => id as UserId),
      sessionId: fc.uuid().map((id) => id as SessionId),
      modality: fc.constantFrom('keystroke' as const, 'mouse' as const),
      at: fc.date({ noInvalidDate: true }),
      features: numbers,
    },
    { noNullPrototype: true },
  ),
  { maxLength: 4 },
);

describe('the state of detection', () => {
  it('comes back as it was written, absent features and all', () => {
    fc.assert(
      fc.property(numbers, numbers, fc.nat(), windows, windows, (keys, mouse, from, un, wei) => {
        const phrase = keys.slice(0, 6);
        const state = {
          windows: {
            keysFrom: from,
            repeatAt: 0,
            keys,
            mouse,
            text: phrase.length > 0 ? 7 : 0,
            phrase,
          },
          unweighed: un,
          unlearnt: wei,
          erasedAt: from,
        };
        expect(parseBehaviour(serialiseBehaviour(state))).toEqual(state);
      }),
    );
  });

  it('is not read from what another version wrote', () => {
    const old = JSON.stringify({ windows: newWindowState(), unlearnt: [] });
    expect(parseBehaviour(old)).toBeNull();
    expect(parseBehaviour('{}')).toBeNull();
  });
});

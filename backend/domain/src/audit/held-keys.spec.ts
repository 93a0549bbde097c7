// Specs of held keys: asked for once, never given after they are destroyed.
import { describe, expect, it, vi } from 'vitest';
import { HeldKeys } from './held-keys';

function store() {
  let made = 0;
  const there = new Map<string, Uint8Array>();
  const of = vi.fn(async (persons: readonly string[]) => {
    for (const person of persons) {
      if (!there.has(person)) there.set(person, Uint8Array.of(++made));
    }
    return new Map([...there].filter(([person]) => persons.includes(person)));
  });
  const destroy = vi.fn(async (person: string) => void there.delete(person));
  return { of, destroy };
}

describe('held keys', () => {
  it('asks the store for what it does not hold, and for nothing twice', async () => {
    const keys = store();
    const held = new HeldKeys(keys);
    const first = await held.of(['ada', 'eve']);
    const second = await held.of(['eve', 'bob', 'ada']);
    expect(second.get('ada')).toBe(first.get('ada'));
    expect([...second.keys()]).toEqual(['eve', 'bob', 'ada']);
    await held.of(['bob']);
    expect(keys.of.mock.calls).toEqual([[['ada', 'eve']], [['bob']]]);
  });

  it('gives no key that was destroyed, not even when destroying it failed halfway', async () => {
    const keys = store();
    const held = new HeldKeys(keys);
    const before = (await held.of(['ada'])).get('ada');
    await held.destroy('ada');
    expect((await held.of(['ada'])).get('ada')).not.toEqual(before);
    keys.destroy.mockRejectedValueOnce(new Error('away'));
    await expect(held.destroy('ada')).rejects.toThrow('away');
    keys.of.mockClear();
    await held.of(['ada']);
    expect(keys.of).toHaveBeenCalledOnce();
  });

  it('lets go of those that were asked for longest ago', async () => {
    const keys = store();
    const held = new HeldKeys(keys, 2);
    await held.of(['ada']);
    await held.of(['eve']);
    await held.of(['ada', 'bob']);
    keys.of.mockClear();
    await held.of(['ada', 'bob']);
    expect(keys.of).not.toHaveBeenCalled();
    expect([...(await held.of(['ada', 'bob', 'eve'])).keys()]).toHaveLength(3);
    expect(keys.of).toHaveBeenCalledExactlyOnceWith(['eve']);
  });
});

// The memory of a stage: it follows what the bus has committed, and nothing else.
import { describe, expect, it } from 'vitest';
import { SessionMemory, compareEntries } from './session-memory';

function memoryOver(store: Map<string, string>, limit = 100) {
  let reads = 0;
  const memory = new SessionMemory<number>({
    state: {
      read: async (keys) => {
        reads += keys.length;
        return keys.map((key) => store.get(key) ?? null);
      },
    },
    key: (id) => `n:${id}`,
    parse: Number,
    serialise: String,
    limit,
    ttlSeconds: 60,
  });
  const commit = (): void => {
    for (const { key, value } of memory.effects()) {
      if (value === null) store.delete(key);
      else store.set(key, value);
    }
  };
  /** A stage that adds one per message. */
  const add = async (
    entries: string[],
    id: string,
    tenure: AbortSignal,
    retry_count = 0,
  ): Promise<void> => {
    await memory.begin(
      entries.map((entryId) => ({ entryId, retry_count })),
      [id],
      tenure,
    );
    for (const _ of entries) memory.set(id, (memory.get(id) ?? 0) + 1);
    memory.effects();
  };
  return { add, commit, memory, reads: () => reads };
}

describe('SessionMemory', () => {
  const tenure = new AbortController().signal;

  it('reads a session once while its batches are committed', async () => {
    const store = new Map<string, string>();
    const { add, commit, memory, reads } = memoryOver(store);
    await add(['1-0', '1-1'], 'a', tenure);
    commit();
    await add(['2-0'], 'a', tenure);
    commit();
    expect(memory.get('a')).toBe(3);
    expect(store.get('n:a')).toBe('3');
    expect(reads()).toBe(1);
  });

  it('forgets what was not committed when the batch comes again', async () => {
    const store = new Map([['n:a', '5']]);
    const { add, commit } = memoryOver(store);
    await add(['1-0', '1-1'], 'a', tenure);
    await add(['1-0'], 'a', tenure);
    commit();
    await add(['1-1'], 'a', tenure);
    commit();
    expect(store.get('n:a')).toBe('7');
  });

  it('believes Redis, not itself, after it had lost the lease', async () => {
    const store = new Map<string, string>();
    const { add, commit, memory } = memoryOver(store);
    const lease = new AbortController();
    await add(['1-0'], 'a', lease.signal);
    lease.abort();
    store.set('n:a', '40');
    await add(['9-0'], 'a', tenure);
    commit();
    expect(memory.get('a')).toBe(41);
  });

  it('does not believe in a message that was tried again and then given up', async () => {
    const store = new Map([['n:a', '5']]);
    const { add, commit } = memoryOver(store);
    await add(['1-0'], 'a', tenure);
    await add(['1-0'], 'a', tenure, 1);
    await add(['2-0'], 'a', tenure);
    commit();
    expect(store.get('n:a')).toBe('6');
  });

  it('keeps no more sessions than its limit, and loses none of them', async () => {
    const store = new Map<string, string>();
    const { add, commit } = memoryOver(store, 2);
    for (let entry = 0; entry < 30; entry++) {
      await add([`${entry + 1}-0`], `s${entry % 5}`, tenure);
      commit();
    }
    expect([...store.values()]).toEqual(['6', '6', '6', '6', '6']);
  });

  it('orders entry ids by number, not by letter', () => {
    expect(compareEntries('9-0', '10-0')).toBeLessThan(0);
    expect(compareEntries('10-2', '10-10')).toBeLessThan(0);
    expect(compareEntries('', '0-1')).toBeLessThan(0);
    expect(compareEntries('5-5', '5-5')).toBe(0);
  });
});

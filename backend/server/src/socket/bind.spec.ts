// Binding: every declared event has exactly one handler, or the server does not start.
import { describe, expect, it } from 'vitest';
import { CLIENT_EVENTS } from '@verity/protocol/events';
import { tableOf } from './bind';
import type { EventHandlers } from './handler';

const all = (): Partial<EventHandlers> =>
  Object.fromEntries(Object.keys(CLIENT_EVENTS).map((event) => [event, async () => ({})]));

describe('tableOf', () => {
  it('takes exactly one handler for each event', () => {
    expect(Object.keys(tableOf([all()]))).toEqual(Object.keys(CLIENT_EVENTS));
  });

  it('refuses a missing handler by name', () => {
    const { ping: _, ...rest } = all();
    expect(() => tableOf([rest])).toThrow('ping has no handler');
  });

  it('refuses a second handler by name', () => {
    expect(() => tableOf([all(), { ping: async () => ({ now: 0 }) }])).toThrow(
      'ping has two handlers',
    );
  });

  it('refuses a handler of an event that is not declared', () => {
    const more = { ...all(), pong_back: async () => ({}) };
    expect(() => tableOf([more])).toThrow('pong_back has a handler and is not declared');
  });
});

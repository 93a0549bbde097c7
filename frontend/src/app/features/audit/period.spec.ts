// Specs of the time range of the timeline.
import { describe, expect, it } from 'vitest';
import { fieldOf, instantOf, rangeOf } from './period';

const now = Date.parse('2026-11-21T12:00:00.000Z');

describe('rangeOf', () => {
  it('begins so many hours ago, and is open to the end', () => {
    expect(rangeOf('24h', undefined, undefined, now)).toEqual({ from: '2026-11-20T12:00:00.000Z' });
    expect(rangeOf(undefined, '2026-11-20', undefined, now)).toEqual({});
  });

  it('lies between two moments, and leaves out what is no moment', () => {
    expect(rangeOf('between', '2026-11-20T12:00:00Z', 'soon', now)).toEqual({
      from: '2026-11-20T12:00:00.000Z',
    });
    expect(rangeOf('between', undefined, '2026-11-21T00:00:00Z', now)).toEqual({
      to: '2026-11-21T00:00:00.000Z',
    });
  });
});

describe('a field for date and time', () => {
  it('gives back the moment that it was given, to the minute', () => {
    const instant = '2026-11-20T12:34:00.000Z';
    expect(instantOf(fieldOf(instant))).toBe(instant);
    expect(fieldOf('soon')).toBe('');
    expect(fieldOf(undefined)).toBe('');
  });
});

// Which pages may open a socket.
import { describe, expect, it } from 'vitest';
import { mayConnect } from './origin';

describe('mayConnect', () => {
  it('lets programs, the own pages and named origins in, and nobody else', () => {
    const allowed = ['https://app.example'];
    expect(mayConnect(undefined, 'verity.example', allowed)).toBe(true);
    expect(mayConnect('https://verity.example', 'verity.example', allowed)).toBe(true);
    expect(mayConnect('https://app.example', 'verity.example', allowed)).toBe(true);
    expect(mayConnect('https://evil.example', 'verity.example', allowed)).toBe(false);
    expect(mayConnect('https://verity.example.evil.example', 'verity.example', allowed)).toBe(
      false,
    );
    expect(mayConnect('null', 'verity.example', allowed)).toBe(false);
    expect(mayConnect('https://evil.example', 'verity.example', ['*'])).toBe(true);
  });
});

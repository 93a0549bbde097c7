// Specs of the line for a shell; what a shell makes of it is asked of a real one.
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { curlLine, shellWord } from './curl-line';

const readByShell = (word: string): string =>
  execFileSync('/bin/sh', ['-c', `printf %s ${word}`], { encoding: 'utf8' });

describe('shellWord', () => {
  it('is read by a shell as the very text', () => {
    const text = fc
      .string({ unit: 'grapheme', maxLength: 40 })
      .filter((one) => !one.includes('\0'));
    fc.assert(
      fc.property(text, (one) => readByShell(shellWord(one)) === one),
      { numRuns: 40, examples: [['it\'s $HOME `id` \\ " ;'], ['']] },
    );
  });
});

describe('curlLine', () => {
  it('names the address and takes the key from a variable', () => {
    expect(
      curlLine('http://localhost:5000', {
        method: 'GET',
        path: '/api/v1/sessions?limit=5',
        body: '',
      }),
    ).toBe(
      `curl 'http://localhost:5000/api/v1/sessions?limit=5' \\\n  -H "Authorization: ApiKey $VERITY_KEY"`,
    );
  });

  it('sends a body with POST alone, an empty one as an empty object', () => {
    const line = curlLine('http://localhost', {
      method: 'POST',
      path: '/api/v1/attacks',
      body: ' ',
    });
    expect(line).toContain(`-d '{}'`);
    expect(
      curlLine('http://localhost', { method: 'GET', path: '/', body: '{"a":1}' }),
    ).not.toContain('-d');
  });
});

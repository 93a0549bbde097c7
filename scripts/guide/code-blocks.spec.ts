// Code blocks are found as a reader sees them.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { codeBlocks } from './code-blocks';

it('finds each block with its language and line', () => {
  expect(codeBlocks('a\n```sh\nls\n\npwd\n```\nb\n```\nx\n```\n')).toEqual([
    { language: 'sh', text: 'ls\n\npwd', line: 3 },
    { language: '', text: 'x', line: 9 },
  ]);
});

it('says which block is not closed', () => {
  expect(() => codeBlocks('a\n```sh\nls')).toThrow('line 2 is not closed');
});

it('loses no line of any block', () => {
  const line = fc.string({ maxLength: 20 }).filter((text) => !/[\n\r`]/.test(text));
  fc.assert(
    fc.property(fc.array(fc.array(line), { maxLength: 5 }), (blocks) => {
      const guide = blocks.map((lines) => ['text', '```sh', ...lines, '```'].join('\n')).join('\n');
      expect(codeBlocks(guide).map(({ text }) => text)).toEqual(
        blocks.map((lines) => lines.join('\n')),
      );
    }),
  );
});

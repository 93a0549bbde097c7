// Specs of reading receipts out of files.
import { describe, expect, it } from 'vitest';
import { receiptsIn } from './receipt-files';

const one = '{"format":"verity-receipt"}\n';

describe('receiptsIn', () => {
  it('leaves a single receipt as it is, to the last byte', () => {
    expect(receiptsIn('a.json', one)).toEqual([{ name: 'a.json', text: one }]);
    expect(receiptsIn('a.json', one.trim())).toEqual([{ name: 'a.json', text: one.trim() }]);
    expect(receiptsIn('a.json', `${one} `)).toEqual([{ name: 'a.json', text: `${one} ` }]);
  });

  it('takes JSON lines apart, and names each by its line', () => {
    expect(receiptsIn('many.jsonl', `${one}\n${one}`)).toEqual([
      { name: 'many.jsonl, line 1', text: one },
      { name: 'many.jsonl, line 3', text: one },
    ]);
  });

  it('keeps the others of an export that was cut off', () => {
    expect(receiptsIn('many.jsonl', `${one}{"format":"ver`)).toEqual([
      { name: 'many.jsonl, line 1', text: one },
      { name: 'many.jsonl, line 2', text: '{"format":"ver\n' },
    ]);
    expect(receiptsIn('many.jsonl', '')).toEqual([]);
  });

  it('does not take apart a receipt that somebody wrote over several lines', () => {
    const spread = '{\n  "format": "verity-receipt"\n}\n';
    expect(receiptsIn('a.json', spread)).toEqual([{ name: 'a.json', text: spread }]);
  });

  it('finds none in nothing', () => {
    expect(receiptsIn('a.json', '')).toEqual([]);
    expect(receiptsIn('a.json', '\n\n')).toEqual([]);
  });
});

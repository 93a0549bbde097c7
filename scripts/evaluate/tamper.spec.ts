// The measure of tampering on a few changes: each is found, and its place is named.
import { expect, it, vi } from 'vitest';
import { evaluateTamper } from './tamper';

vi.setConfig({ testTimeout: 120_000 });

it('finds each changed bit, and names the place', async () => {
  const said: string[] = [];
  const figures = await evaluateTamper({ changes: '100', seed: '7' }, (line) => said.push(line));
  expect(said).toEqual([]);
  expect(figures).toMatchObject({ changes: 100, found: 100, placed: 100, missed: 0 });
});

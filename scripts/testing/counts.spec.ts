// The sum of `npm test` must not hide a runner that broke.
import { expect, it } from 'vitest';
import { countPlaywright, countVitest } from './counts';

it('counts the tests of a vitest report', () => {
  expect(countVitest('{"numPassedTests":3,"numFailedTests":1}', 1)).toEqual({
    passed: 3,
    failed: 1,
  });
});

it('counts a runner that ends badly without a failed test as one failure', () => {
  expect(countVitest('{"numPassedTests":3,"numFailedTests":0}', 1).failed).toBe(1);
});

it('counts a Playwright test that passed on a retry as passed', () => {
  const report = '{"stats":{"expected":2,"unexpected":0,"flaky":1}}';
  expect(countPlaywright(report, 0)).toEqual({ passed: 3, failed: 0 });
});

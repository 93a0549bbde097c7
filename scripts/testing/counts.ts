// Counts tests from the JSON reports of the runners.
import type { Count } from './steps';

/** A runner that ends badly without a failed test has failed once: a file that does not load. */
function honest(count: Count, exitCode: number): Count {
  return exitCode !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count;
}

export function countVitest(report: string, exitCode: number): Count {
  const { numPassedTests, numFailedTests } = JSON.parse(report) as {
    numPassedTests: number;
    numFailedTests: number;
  };
  return honest({ passed: numPassedTests, failed: numFailedTests }, exitCode);
}

export function countPlaywright(report: string, exitCode: number): Count {
  const { stats } = JSON.parse(report) as {
    stats: { expected: number; unexpected: number; flaky: number };
  };
  return honest({ passed: stats.expected + stats.flaky, failed: stats.unexpected }, exitCode);
}

// Fisher's exact test of two shares, one-sided (Fisher 1935): exact also where counts are small.

/** ln n!, by Stirling's series from 16 on (error below 1e-12), summed below. */
export function logFactorial(n: number): number {
  if (n < 16) {
    let sum = 0;
    for (let i = 2; i <= n; i++) sum += Math.log(i);
    return sum;
  }
  const x = n + 1;
  const inverse = 1 / x;
  const series = inverse * (1 / 12 - inverse ** 2 * (1 / 360 - inverse ** 2 / 1260));
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series;
}

const logChoose = (n: number, k: number): number =>
  logFactorial(n) - logFactorial(k) - logFactorial(n - k);

export interface Trials {
  count: number;
  of: number;
}

/** The probability that `a` has as large a count as it has, or a larger one, when both have the same share. */
export function fisherMore(a: Trials, b: Trials): number {
  const hits = a.count + b.count;
  const all = a.of + b.of;
  const whole = logChoose(all, hits);
  const most = Math.min(a.of, hits);
  let p = 0;
  for (let k = Math.max(a.count, hits - b.of); k <= most; k++) {
    p += Math.exp(logChoose(a.of, k) + logChoose(b.of, hits - k) - whole);
  }
  return Math.min(1, p);
}

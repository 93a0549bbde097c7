// A mixture of normal distributions with diagonal covariance, by expectation and maximisation: a detector to compare with.
import { seededRandom } from '@verity/domain/kernel/maths';
import type { Distance } from '@verity/domain/risk/detector';

const COMPONENTS = 3;
const ROUNDS = 25;
/** Variance of a deviation that every component has at least, and rows that speak for it. */
const PRIOR_VARIANCE = 1.5;
const PRIOR_ROWS = 5;

interface Component {
  share: number;
  mean: Float64Array;
  variance: Float64Array;
}

export function gaussianMixture(rows: readonly Float64Array[]): Distance {
  const width = (rows[0] as Float64Array).length;
  const random = seededRandom(3);
  const components: Component[] = Array.from({ length: COMPONENTS }, () => ({
    share: 1 / COMPONENTS,
    mean: (rows[Math.floor(random() * rows.length)] as Float64Array).map((x) => x / 2),
    variance: new Float64Array(width).fill(PRIOR_VARIANCE),
  }));
  const logs = new Float64Array(COMPONENTS);
  /** Leaves the log of each component's part in `logs`; answers the log of their sum. */
  const logDensity = (row: Float64Array): number => {
    components.forEach(({ share, mean, variance }, c) => {
      let sum = Math.log(share);
      for (let f = 0; f < width; f++) {
        const v = variance[f] as number;
        sum -= 0.5 * (Math.log(v) + ((row[f] as number) - (mean[f] as number)) ** 2 / v);
      }
      logs[c] = sum;
    });
    const most = Math.max(...logs);
    return most + Math.log(logs.reduce((sum, x) => sum + Math.exp(x - most), 0));
  };
  for (let round = 0; round < ROUNDS; round++) {
    const parts = rows.map((row) => {
      const total = logDensity(row);
      return logs.map((x) => Math.exp(x - total));
    });
    components.forEach((component, c) => {
      const part = (r: number): number => (parts[r] as Float64Array)[c] as number;
      const weight = rows.reduce((sum, _, r) => sum + part(r), 0);
      component.share = (weight + 1) / (rows.length + COMPONENTS);
      for (let f = 0; f < width; f++) {
        let sum = 0;
        rows.forEach((row, r) => (sum += part(r) * (row[f] as number)));
        const mean = sum / (weight + 1);
        let squares = PRIOR_ROWS * PRIOR_VARIANCE;
        rows.forEach((row, r) => (squares += part(r) * ((row[f] as number) - mean) ** 2));
        component.mean[f] = mean;
        component.variance[f] = squares / (weight + PRIOR_ROWS);
      }
    });
  }
  return (row) => -logDensity(row);
}

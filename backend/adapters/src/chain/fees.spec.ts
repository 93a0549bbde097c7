// What transactions offer: enough for now, an eighth more than the one before, never more than is allowed.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Fault } from '@verity/protocol/faults';
import { beaten, offerFor } from './fees';

const GWEI = 10n ** 9n;
const wei = fc.bigInt(0n, 10_000n * GWEI);

it('beats a fee by an eighth, whatever it was', () => {
  fc.assert(
    fc.property(wei, (fee) => {
      expect(beaten(fee) * 1_000n).toBeGreaterThanOrEqual(fee * 1_125n);
      expect(beaten(fee)).toBeGreaterThan(fee);
    }),
  );
});

it('offers what goes through now, or says that it may not', () => {
  const before = fc.option(wei, { nil: undefined });
  fc.assert(
    fc.property(
      wei,
      wei,
      before,
      fc.integer({ min: 1, max: 9_000 }),
      (base, tip, fee, mostGwei) => {
        const above = fee === undefined ? undefined : { maxFee: fee, maxPriorityFee: fee / 2n };
        const least = above ? beaten(above.maxFee) : base + tip;
        const most = BigInt(mostGwei) * GWEI;
        try {
          const { maxFee, maxPriorityFee } = offerFor({ base, tip }, { mostGwei }, above);
          expect(maxFee >= least && maxFee <= most && maxPriorityFee <= maxFee).toBe(true);
          const beats = !above || maxPriorityFee >= beaten(above.maxPriorityFee);
          expect(beats || maxPriorityFee === maxFee).toBe(true);
        } catch (error) {
          if (!(error instanceof Fault)) throw error;
          expect(error).toMatchObject({ code: 'unavailable' });
          expect(error.message).toContain(`${mostGwei} are allowed`);
          expect(2n * base + tip > most || least > most).toBe(true);
        }
      },
    ),
  );
});

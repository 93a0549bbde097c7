// What a transaction offers (EIP-1559): twice the base fee of now, a tip, and more when it takes the place of another.
import { parseUnits, type JsonRpcApiProvider } from 'ethers';
import type { Fees } from '@verity/domain/audit/anchor-ports';
import { Fault } from '@verity/protocol/faults';
import { strange } from './rpc';

export interface FeeSettings {
  /** Never more than this for a gas, in gwei. */
  readonly mostGwei: number;
}

/** Nodes take a replacement that offers a tenth more; some ask for an eighth. In thousandths. */
const REPLACEMENT = 1_125n;
/** Where a node has no opinion. */
const USUAL_TIP = parseUnits('1', 'gwei');

const higher = (one: bigint, other: bigint): bigint => (one > other ? one : other);
/** An eighth more, rounded up. */
export const beaten = (fee: bigint): bigint => (fee * REPLACEMENT + 999n) / 1_000n + 1n;

/** Throws `unavailable` when the chain asks for more than may be offered. */
export async function feesNow(
  provider: JsonRpcApiProvider,
  settings: FeeSettings,
  above?: Fees,
): Promise<Fees> {
  const [block, tip] = await Promise.all([
    provider.getBlock('latest'),
    provider.send('eth_maxPriorityFeePerGas', []).then(
      (said: unknown) => BigInt(said as string),
      () => USUAL_TIP,
    ),
  ]);
  const base = block?.baseFeePerGas;
  if (base === null || base === undefined) throw strange();
  return offerFor({ base, tip }, settings, above);
}

/** The offer at a base fee and a usual tip, in wei. Throws `unavailable` when that is more than may be offered. */
export function offerFor(
  { base, tip }: { base: bigint; tip: bigint },
  { mostGwei }: FeeSettings,
  above?: Fees,
): Fees {
  const most = parseUnits(String(mostGwei), 'gwei');
  let maxPriorityFee = tip;
  let maxFee = 2n * base + tip;
  if (above) {
    maxPriorityFee = higher(maxPriorityFee, beaten(above.maxPriorityFee));
    maxFee = higher(maxFee, beaten(above.maxFee));
  }
  // Twice the base fee is for times to come: what is asked for now may be paid up to the limit.
  const least = higher(base + maxPriorityFee, above ? beaten(above.maxFee) : 0n);
  if (maxFee > most && least <= most) maxFee = most;
  if (maxFee > most) {
    const asked = Number(least / 10n ** 7n) / 100;
    throw new Fault(
      'unavailable',
      `A transaction that goes through now offers ${asked} gwei for a gas; ${mostGwei} are allowed.`,
      { fix: 'Wait until the chain is calmer, or raise CHAIN_MAX_FEE_GWEI.' },
    );
  }
  return { maxFee, maxPriorityFee: maxPriorityFee > maxFee ? maxFee : maxPriorityFee };
}

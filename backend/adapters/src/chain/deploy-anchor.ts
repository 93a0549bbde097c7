// The contract of a log on a chain: found where it was deployed, or deployed.
import {
  ContractFactory,
  getCreateAddress,
  Transaction,
  type JsonRpcApiProvider,
  type Wallet,
} from 'ethers';
import type { Clock } from '@verity/domain/kernel/ports';
import { Fault } from '@verity/protocol/faults';
import type { ChainPlaces } from '../mongo/chain-places';
import { AUDIT_ANCHOR_ABI, AUDIT_ANCHOR_BYTECODE } from './audit-anchor.generated';
import { feesNow, type FeeSettings } from './fees';
import { answered } from './rpc';

const POLL_MS = 100;

export interface DeployPorts {
  readonly provider: JsonRpcApiProvider;
  readonly chainId: number;
  readonly account: Wallet;
  /** `0x` and 64 digits. */
  readonly logId: string;
  readonly places: Pick<ChainPlaces, 'keepContract'>;
  readonly clock: Clock;
  readonly fees: FeeSettings;
  readonly patienceMs: number;
}

/** Deploys, remembers the address before anybody else can know it, and answers it when the contract is there. */
export async function deployAnchor(ports: DeployPorts): Promise<string> {
  const { provider, chainId, account, logId, places, clock, fees, patienceMs } = ports;
  const factory = new ContractFactory(AUDIT_ANCHOR_ABI, AUDIT_ANCHOR_BYTECODE);
  const { data } = await factory.getDeployTransaction(logId, account.address, account.address);
  const signed = await answered(async () => {
    const nonce = await provider.getTransactionCount(account.address, 'latest');
    const gas = await provider.estimateGas({ from: account.address, data });
    const { maxFee, maxPriorityFee } = await feesNow(provider, fees);
    const raw = await account.signTransaction({
      type: 2,
      chainId,
      nonce,
      data,
      gasLimit: (gas * 12n) / 10n,
      maxFeePerGas: maxFee,
      maxPriorityFeePerGas: maxPriorityFee,
    });
    return { raw, address: getCreateAddress({ from: account.address, nonce }).toLowerCase() };
  });
  const { hash } = Transaction.from(signed.raw);
  await places.keepContract({
    chain_id: chainId,
    address: signed.address,
    log_id: logId,
    transaction: String(hash),
    deployed_at: clock(),
    lost_at: null,
  });
  await answered(() => provider.broadcastTransaction(signed.raw));
  const deadline = performance.now() + patienceMs;
  while (!(await hasCode(provider, signed.address))) {
    if (performance.now() > deadline) {
      throw onItsWay(String(hash));
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return signed.address;
}

export const hasCode = (provider: JsonRpcApiProvider, address: string): Promise<boolean> =>
  answered(async () => (await provider.getCode(address)).length > 2);

export const onItsWay = (transaction: string): Fault =>
  new Fault('unavailable', `The contract is on its way: transaction ${transaction}.`, {
    fix: 'Wait for the chain; it is used as soon as it is there.',
    retryAfterSeconds: 15,
  });

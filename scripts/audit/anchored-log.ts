// A sample log on a disk, anchored on a real chain by the real contract: what receipts are checked against for good.
import { writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  AUDIT_ANCHOR_ABI,
  AUDIT_ANCHOR_BYTECODE,
} from '@verity/adapters/chain/audit-anchor.generated';
import { logFiles } from '@verity/adapters/log-files';
import { toHex } from '@verity/domain/audit/hex';
import type { ReceiptAnchor } from '@verity/domain/audit/receipt';
import { ContractFactory, JsonRpcProvider, Wallet, type BaseContract } from 'ethers';
import { sampleLog, sha256, type SampleLog, type SampleOptions } from './sample-log';

export interface AnchoredLog extends SampleLog {
  /** The directory of the log. */
  readonly directory: string;
  /** The folder with the blocks of evidence, each under its name. */
  readonly evidence: string;
  readonly anchor: ReceiptAnchor;
}

/** Makes a log of so many entries under a folder, and anchors it on the (local) chain of a URL. */
export async function anchoredLog(
  folder: string,
  chainUrl: string,
  entries: number,
  options?: SampleOptions,
): Promise<AnchoredLog> {
  const directory = join(folder, 'log');
  const evidence = join(folder, 'evidence');
  const sample = await sampleLog(logFiles(directory), entries, options);
  mkdirSync(evidence, { recursive: true });
  for (const [cid, block] of sample.blocks) writeFileSync(join(evidence, cid), block);
  const provider = new JsonRpcProvider(chainUrl, undefined, { cacheTimeout: -1 });
  provider.pollingInterval = 50;
  try {
    const wallet = new Wallet(Wallet.createRandom().privateKey, provider);
    await provider.send('anvil_setBalance', [wallet.address, '0x56bc75e2d63100000']);
    const logId = `0x${toHex(sha256(Buffer.from(sample.verifierKey)))}`;
    const factory = new ContractFactory(AUDIT_ANCHOR_ABI, AUDIT_ANCHOR_BYTECODE, wallet);
    const deployed = await factory.deploy(logId, wallet.address, wallet.address);
    await deployed.waitForDeployment();
    const anchor = await send(deployed, `0x${toHex(sample.log.root)}`, sample.log.size);
    const { chainId } = await provider.getNetwork();
    return { ...sample, directory, evidence, anchor: { chain_id: Number(chainId), ...anchor } };
  } finally {
    provider.destroy();
  }
}

async function send(
  contract: BaseContract,
  root: string,
  size: number,
): Promise<Omit<ReceiptAnchor, 'chain_id'>> {
  const sent = await contract.getFunction('anchor').send(root, size, []);
  const mined = await sent.wait();
  if (!mined) throw new Error('The anchor was not mined.');
  return {
    contract: (await contract.getAddress()).toLowerCase(),
    transaction: mined.hash,
    block: { number: mined.blockNumber, hash: mined.blockHash },
  };
}

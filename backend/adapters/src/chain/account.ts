// The account that anchors. On the local chain it is made, kept under the vault and given money; elsewhere it is named.
import { parseEther, toBeHex, toQuantity, Wallet, type JsonRpcApiProvider } from 'ethers';
import type { Vault } from '@verity/domain/identity/ports';
import { Fault } from '@verity/protocol/faults';
import type { ChainPlaces } from '../mongo/chain-places';
import { answered } from './rpc';

/** Anvil's and Hardhat's number: what is signed for it is worth nothing elsewhere. */
export const LOCAL_CHAIN_ID = 31337;
const PURPOSE = 'chain-account';
/** On the local chain: below the one it is filled up to the other. */
const LEAST = parseEther('1');
const FULL = parseEther('100');

export interface AccountSettings {
  /** 32 bytes in hex, with or without `0x`. */
  readonly privateKey: string | undefined;
  readonly vault: Vault;
  readonly places: Pick<ChainPlaces, 'account' | 'keepAccount'>;
}

/** Throws `conflict` when no key is named and none may be made. */
export async function openAccount(
  { privateKey, vault, places }: AccountSettings,
  chainId: number,
): Promise<Wallet> {
  if (privateKey) return named(privateKey);
  if (chainId !== LOCAL_CHAIN_ID) {
    throw new Fault('conflict', `No key is named that anchors on chain ${chainId}.`, {
      fix: 'Set CHAIN_PRIVATE_KEY to the key of an account that has money there and the right to anchor.',
    });
  }
  const kept =
    (await places.account()) ??
    (await places.keepAccount(vault.seal(PURPOSE, Buffer.from(randomKey(), 'hex'))));
  return new Wallet(`0x${Buffer.from(vault.open(PURPOSE, kept)).toString('hex')}`);
}

function named(privateKey: string): Wallet {
  try {
    return new Wallet(privateKey.startsWith('0x') ? privateKey : `0x${privateKey}`);
  } catch {
    // Without its cause: that may show the key.
    throw new Fault('conflict', 'CHAIN_PRIVATE_KEY is the key of no account.', {
      fix: 'Set it to a number above zero and below the order of secp256k1, in hex, as wallets export it.',
    });
  }
}

const randomKey = (): string => Wallet.createRandom().privateKey.slice(2);

/** Gives the account money where money is free. */
export async function fundLocally(provider: JsonRpcApiProvider, address: string): Promise<void> {
  await answered(async () => {
    if ((await provider.getBalance(address)) >= LEAST) return;
    await provider.send('anvil_setBalance', [address, toQuantity(toBeHex(FULL))]);
  });
}

// Opens the chain for anchoring: which one answers, our account there, and the contract of our log, each proven to be ours.
import { Contract, type Wallet, type JsonRpcApiProvider } from 'ethers';
import type { ExaminedChain } from '@verity/domain/audit/chain-health';
import type { Vault } from '@verity/domain/identity/ports';
import type { Clock } from '@verity/domain/kernel/ports';
import { Fault } from '@verity/protocol/faults';
import type { Config } from '../config';
import type { ChainPlaces, ContractPlace } from '../mongo/chain-places';
import { fundLocally, LOCAL_CHAIN_ID, openAccount } from './account';
import { anchorChain, ANCHOR_INTERFACE } from './anchor-chain';
import { deployAnchor, hasCode, onItsWay } from './deploy-anchor';
import { answered, connectRpc, strange, type Rpc } from './rpc';

/** Blocks that a chain of others is trusted after. */
const USUAL_CONFIRMATIONS = 12;
/** A local chain mines at once. */
const LOCAL_DEPLOY_MS = 10_000;
const DEPLOY_MS = 300_000;

export type ChainSettings = Pick<
  Config,
  | 'CHAIN_URL'
  | 'CHAIN_ID'
  | 'CHAIN_CONTRACT'
  | 'CHAIN_PRIVATE_KEY'
  | 'CHAIN_CONFIRMATIONS'
  | 'CHAIN_MAX_FEE_GWEI'
>;

export interface ChainPorts {
  readonly settings: ChainSettings;
  readonly places: ChainPlaces;
  readonly vault: Vault;
  readonly clock: Clock;
  /** SHA-256 of the log's verifier key, lower-case hex with `0x`. */
  readonly logId: string;
  /** Milliseconds that a call may take. */
  readonly patienceMs?: number;
}

export interface OpenedChain extends ExaminedChain {
  readonly provider: JsonRpcApiProvider;
}

export interface Chain {
  /**
   * Throws `unavailable` while the chain is away, and `conflict`, saying how to mend it, when it is another one than
   * expected, or holds no contract of our log. On the local chain a contract that is missing is deployed.
   */
  open(): Promise<OpenedChain>;
  /** Deploys the contract by the account, on whatever chain answers. */
  deploy(): Promise<{ chainId: number; contract: string; account: string }>;
  close(): void;
}

export function connectChain(ports: ChainPorts): Chain {
  const { settings, places, vault, clock, logId } = ports;
  const fees = { mostGwei: settings.CHAIN_MAX_FEE_GWEI };
  let rpc: Rpc | undefined;

  const reach = async () => {
    const url = settings.CHAIN_URL;
    if (!url) throw noChain();
    rpc ??= connectRpc(url, ports.patienceMs);
    const chainId = await rpc.chainId();
    if (settings.CHAIN_ID !== undefined && settings.CHAIN_ID !== chainId) {
      throw new Fault(
        'conflict',
        `CHAIN_URL leads to chain ${chainId}, not ${settings.CHAIN_ID}.`,
        {
          fix: 'Name a node of the chain that CHAIN_ID says, or change CHAIN_ID.',
        },
      );
    }
    const provider = rpc.provider(chainId);
    const privateKey = settings.CHAIN_PRIVATE_KEY;
    const account = await openAccount({ privateKey, vault, places }, chainId);
    if (chainId === LOCAL_CHAIN_ID) await fundLocally(provider, account.address);
    return { chainId, provider, account };
  };

  const deployBy = (at: Awaited<ReturnType<typeof reach>>, patienceMs: number) =>
    deployAnchor({ ...at, logId, places, clock, fees, patienceMs });

  const contractOn = async (at: Awaited<ReturnType<typeof reach>>): Promise<string> => {
    const { chainId, provider } = at;
    const local = chainId === LOCAL_CHAIN_ID;
    const kept = settings.CHAIN_CONTRACT ? null : await places.contract(chainId, logId);
    const address = settings.CHAIN_CONTRACT?.toLowerCase() ?? kept?.address;
    if (address && (await hasCode(provider, address))) return address;
    if (settings.CHAIN_CONTRACT) {
      throw new Fault(
        'conflict',
        `There is no contract at ${settings.CHAIN_CONTRACT} on chain ${chainId}.`,
        {
          fix: 'See that CHAIN_URL and CHAIN_CONTRACT belong together, or leave CHAIN_CONTRACT out on the local chain.',
        },
      );
    }
    if (!local) throw kept ? await missing(provider, kept) : undeployed(chainId);
    if (kept) await places.loseContract(kept, clock());
    return deployBy(at, LOCAL_DEPLOY_MS);
  };

  return {
    async open() {
      const at = await reach();
      const contract = await contractOn(at);
      const local = at.chainId === LOCAL_CHAIN_ID;
      await demandOurs(at.provider, contract, logId);
      const confirmations = settings.CHAIN_CONFIRMATIONS ?? (local ? 1 : USUAL_CONFIRMATIONS);
      const chain = anchorChain({ ...at, contract, confirmations, local, fees });
      const { provider } = at;
      return {
        ...chain,
        provider,
        account: addressOf(at.account),
        balance: () => answered(() => provider.getBalance(at.account.address)),
        block: () =>
          answered(async () => {
            const last = await provider.getBlock('latest');
            if (!last) throw strange();
            const { number, timestamp: time, baseFeePerGas } = last;
            return { number, time, baseFee: baseFeePerGas ?? 0n };
          }),
      };
    },
    async deploy() {
      const at = await reach();
      const contract = await deployBy(at, DEPLOY_MS);
      return { chainId: at.chainId, contract, account: addressOf(at.account) };
    },
    close: () => rpc?.close(),
  };
}

const addressOf = ({ address }: Wallet): string => address.toLowerCase();

async function demandOurs(
  provider: JsonRpcApiProvider,
  contract: string,
  logId: string,
): Promise<void> {
  const reading = new Contract(contract, ANCHOR_INTERFACE, provider);
  const said = await answered<unknown>(() => reading.getFunction('LOG_ID').staticCall());
  if (said === logId) return;
  throw new Fault('conflict', `The contract at ${contract} anchors another log than ours.`, {
    fix: 'Set CHAIN_CONTRACT to the contract of this log, or deploy one: npm run audit -- deploy.',
  });
}

const noChain = (): Fault =>
  new Fault('unavailable', 'No chain is named: checkpoints of the log wait.', {
    fix: 'Set CHAIN_URL to the JSON-RPC address of a node, or start with npm start, which brings one.',
  });

const undeployed = (chainId: number): Fault =>
  new Fault('conflict', `No contract of this log is known on chain ${chainId}.`, {
    fix: 'Deploy it: npm run audit -- deploy. Or set CHAIN_CONTRACT to the one that was deployed.',
  });

/** A contract that was deployed and is not there: not yet, or not any more. */
async function missing(provider: JsonRpcApiProvider, place: ContractPlace): Promise<Fault> {
  const { address, chain_id: chainId, transaction } = place;
  const sent = await answered(() => provider.getTransaction(transaction));
  return sent && sent.blockNumber === null ? onItsWay(transaction) : vanished(address, chainId);
}

const vanished = (address: string, chainId: number): Fault =>
  new Fault('conflict', `The contract ${address} is gone from chain ${chainId}.`, {
    fix: 'See that CHAIN_URL leads to the chain that it was deployed on, and that its node is in step.',
  });

// What is remembered of chains, in MongoDB: the account that was made for the local one, and the contracts deployed.
import type { Connection } from 'mongoose';
import { declareCollection, Store } from './store';

interface AccountDocument {
  _id: string;
  sealed: string;
}

export const chainAccounts = declareCollection(
  'chain_accounts',
  { _id: String, sealed: { type: String, required: true } },
  [],
);

/** A contract that was deployed for the log of this id. */
export interface ContractPlace {
  readonly chain_id: number;
  /** Lower-case. */
  readonly address: string;
  /** SHA-256 of the log's verifier key, lower-case hex with `0x`. */
  readonly log_id: string;
  readonly transaction: string;
  readonly deployed_at: Date;
  /** When its chain was found without it. */
  readonly lost_at: Date | null;
}

interface ContractDocument extends ContractPlace {
  /** `{chain}:{address}`. */
  _id: string;
}

export const chainContracts = declareCollection(
  'chain_contracts',
  {
    _id: String,
    chain_id: { type: Number, required: true },
    address: { type: String, required: true },
    log_id: { type: String, required: true },
    transaction: { type: String, required: true },
    deployed_at: { type: Date, required: true },
    lost_at: Date,
  },
  [[{ chain_id: 1, log_id: 1, deployed_at: -1 }]],
);

const LOCAL = 'local';

export class ChainPlaces {
  readonly #accounts: Store<AccountDocument>;
  readonly #contracts: Store<ContractDocument>;

  constructor(connection: Connection) {
    this.#accounts = new Store(connection, chainAccounts);
    this.#contracts = new Store(connection, chainContracts);
  }

  /** The sealed key of the local account. */
  async account(): Promise<string | null> {
    return (await this.#accounts.one({ _id: LOCAL }))?.sealed ?? null;
  }

  /** Keeps the first key that is offered, and answers the one that is kept. */
  async keepAccount(sealed: string): Promise<string> {
    await this.#accounts.insertMissing([{ _id: LOCAL, sealed }]);
    return (await this.account()) ?? sealed;
  }

  /** The contract that was deployed last for a log, and is not lost. */
  contract(chainId: number, logId: string): Promise<ContractPlace | null> {
    const here = { chain_id: chainId, log_id: logId, lost_at: null };
    return this.#contracts.one(here, { deployed_at: -1 });
  }

  async keepContract(place: ContractPlace): Promise<void> {
    const { chain_id, address } = place;
    // A chain that lost its state gives out the same addresses again.
    await this.#contracts.changeOrMake({ _id: `${chain_id}:${address}` }, { $set: { ...place } });
  }

  async loseContract({ chain_id, address }: ContractPlace, at: Date): Promise<void> {
    await this.#contracts.changed({ _id: `${chain_id}:${address}` }, { $set: { lost_at: at } });
  }
}

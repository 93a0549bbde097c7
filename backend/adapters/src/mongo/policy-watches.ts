// The watch over each new version of the policy, and the settings of searches and watches, in MongoDB.
import type { Connection } from 'mongoose';
import { DEFAULT_SETTINGS, PolicySettings, type PolicyWatch } from '@verity/protocol/policy/health';
import type { Watches } from '@verity/domain/policy/check-health';
import { mapPage, pageOf, type PageRequest } from './paging';
import { declareCollection, op, Store } from './store';

type WatchDocument = Omit<PolicyWatch, 'version'> & { _id: number };

export const policyWatches = declareCollection(
  'policy_watches',
  {
    _id: Number,
    replaces: Number,
    since: { type: String, required: true },
    until: { type: String, required: true },
    state: { type: String, required: true },
    note: { type: String, default: '' },
    forecast: Object,
    live: Object,
    divergence: Object,
    next_look: { type: Number, required: true },
    checked_at: String,
    rolled_back_by: Number,
  },
  [],
);

export class MongoWatches implements Watches {
  readonly #store: Store<WatchDocument>;

  constructor(connection: Connection) {
    this.#store = new Store(connection, policyWatches);
  }

  async of(version: number) {
    const found = await this.#store.one({ _id: version });
    return found && toWatch(found);
  }

  async begin({ version, ...watch }: PolicyWatch) {
    await this.#store.insertMissing([{ _id: version, ...watch }]);
  }

  async change(version: number, changes: Partial<Omit<PolicyWatch, 'version'>>) {
    await this.#store.change({ _id: version }, { $set: changes });
  }

  async supersede(before: number) {
    await this.#store.changeAll(
      { _id: op({ $lt: before }), state: op({ $in: ['forecasting', 'watching'] }) },
      { $set: { state: 'superseded', note: 'Another version took over.' } },
    );
  }

  async list(request: PageRequest) {
    const newestFirst = { field: '_id', direction: -1 } as const;
    return mapPage(await pageOf(this.#store, {}, newestFirst, request), toWatch);
  }
}

const toWatch = ({ _id, ...rest }: WatchDocument): PolicyWatch => ({
  ...rest,
  version: _id,
  replaces: rest.replaces ?? null,
  forecast: rest.forecast ?? null,
  live: rest.live ?? null,
  divergence: rest.divergence ?? null,
  checked_at: rest.checked_at ?? null,
  rolled_back_by: rest.rolled_back_by ?? null,
});

interface SettingsDocument {
  _id: string;
  settings: PolicySettings;
}

const ONE = 'policy';

export const policySettings = declareCollection(
  'policy_settings',
  { _id: String, settings: { type: Object, required: true } },
  [],
);

export class MongoPolicySettings {
  readonly #store: Store<SettingsDocument>;

  constructor(connection: Connection) {
    this.#store = new Store(connection, policySettings);
  }

  /** Those that nobody has changed are the defaults. */
  async read(): Promise<PolicySettings> {
    const found = await this.#store.one({ _id: ONE });
    return PolicySettings.parse({ ...DEFAULT_SETTINGS, ...found?.settings });
  }

  async write(settings: PolicySettings): Promise<PolicySettings> {
    const { settings: kept } = await this.#store.changeOrMake({ _id: ONE }, { $set: { settings } });
    return kept;
  }
}

// What applications need of the world: the store of them.
import type { ApplicationId } from '@verity/protocol/ids';

export interface ApplicationRecord {
  id: ApplicationId;
  name: string;
  handle: string;
  origins: string[];
  owner: string;
  createdAt: Date;
}

export interface Applications {
  /** Throws `conflict` when handle or an origin is taken. */
  add(application: ApplicationRecord): Promise<void>;
  byId(id: ApplicationId): Promise<ApplicationRecord | null>;
  byOrigin(origin: string): Promise<ApplicationRecord | null>;
  /** By name. */
  list(): Promise<ApplicationRecord[]>;
  /** Null when it is not there. Throws `conflict` when an origin belongs to another one. */
  change(
    id: ApplicationId,
    changes: Partial<Pick<ApplicationRecord, 'name' | 'origins'>>,
  ): Promise<ApplicationRecord | null>;
  remove(id: ApplicationId): Promise<boolean>;
}

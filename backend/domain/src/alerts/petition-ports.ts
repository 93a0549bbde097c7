// What petitions need of the world: their store.
import type { PetitionId, UserId } from '@verity/protocol/ids';
import type {
  Petition,
  PetitionKind,
  PetitionOutcome,
  PetitionStatus,
} from '@verity/protocol/alerts/petition-schemas';
import type { Page } from '@verity/protocol/page';
import type { PageRequest } from '../kernel/page-request';

export interface PetitionFilter {
  status?: PetitionStatus | undefined;
  kind?: PetitionKind | undefined;
  userId?: UserId | undefined;
  q?: string | undefined;
}

export interface Petitions {
  /** Throws `conflict` when one about the same thing is open: of one target only one can be. */
  add(petition: Petition): Promise<void>;
  byId(id: PetitionId): Promise<Petition | null>;
  list(filter: PetitionFilter, page: PageRequest): Promise<Page<Petition>>;
  /** The newest about one thing, e.g. `decision:{id}`. */
  newestAbout(user: UserId, target: string): Promise<Petition | null>;
  madeSince(user: UserId, since: Date): Promise<number>;
  /** Null when it is not open any more: exactly one caller closes it. */
  close(
    id: PetitionId,
    how: {
      status: PetitionOutcome | 'withdrawn';
      by: string;
      answer: string | null;
      at: Date;
    },
  ): Promise<Petition | null>;
  countOpen(): Promise<number>;
}

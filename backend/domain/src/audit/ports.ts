// What audit needs of the world: the chain of records, and a way to append to it.
import type { PageRequest } from '../kernel/page-request';
import type { AuditRecord, ChainedAuditRecord } from '@verity/protocol/audit/schemas';
import type { Page } from '@verity/protocol/page';

export interface AuditFilter {
  actor?: string;
  subject?: string;
  action?: string;
  outcome?: 'success' | 'failure';
  from?: Date;
  to?: Date;
}

export interface AuditChain {
  head(): Promise<{ seq: number; hash: string } | null>;
  /** Appends in order; a record whose id is there already is left alone. Throws `conflict` when `seq` is taken. */
  append(records: ChainedAuditRecord[]): Promise<void>;
  /** Ids among these that are in the chain already. */
  known(ids: string[]): Promise<Set<string>>;
  list(filter: AuditFilter, page: PageRequest): Promise<Page<ChainedAuditRecord>>;
  /** From the first to the last, in order. */
  walk(): AsyncIterable<ChainedAuditRecord>;
}

/** Puts a record on its way into the chain; resolves when the bus has it. */
export interface Journal {
  record: (entry: Omit<AuditRecord, 'id' | 'at'> & { at?: Date }) => Promise<void>;
}

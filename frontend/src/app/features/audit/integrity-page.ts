// How the log stands: its size and root, what is anchored and what waits, chain and IPFS, and what verifications found.
import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Api } from '../../core/api';
import { plural, wholeNumber } from '../../core/format';
import { polling } from '../../core/polling';
import { query } from '../../core/query';
import { CopyId } from '../../ui/copy-id';
import { Icon } from '../../ui/icon';
import { Pending } from '../../ui/pending';
import { Time } from '../../ui/time';
import { AuditTabs } from './audit-tabs';
import { anchoredShare, standingOf } from './standing';
import { Transaction } from './transaction';
import { VerificationsCard } from './verifications-card';

const EVERY_MS = 5_000;

@Component({
  selector: 'vt-integrity-page',
  imports: [AuditTabs, CopyId, Icon, Pending, RouterLink, Time, Transaction, VerificationsCard],
  templateUrl: './integrity-page.html',
  styleUrl: './integrity-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class IntegrityPage {
  private readonly api = inject(Api);
  protected readonly number = wholeNumber;
  protected readonly count = plural;
  protected readonly integrity = query(
    () => ({}),
    (_, signal) => this.api.call('GET /api/v1/audit/integrity', { signal }),
  );
  protected readonly standing = computed(() => {
    const now = this.integrity.value();
    return now && standingOf(now);
  });
  protected readonly share = computed(() => {
    const now = this.integrity.value();
    return now ? anchoredShare(now) : 0;
  });
  protected readonly waits = computed(() => {
    const now = this.integrity.value();
    return now ? Math.max(0, now.log.size - now.anchors.size) : 0;
  });

  /** Entries that should be there. */
  protected readonly entries = computed(() => {
    const now = this.integrity.value();
    return now ? Math.max(now.log.size, now.anchors.size) : 0;
  });
  protected readonly missing = computed(
    () => this.entries() - (this.integrity.value()?.log.size ?? 0),
  );

  constructor() {
    polling(
      computed(() => true),
      () => (document.hidden ? Promise.resolve() : this.integrity.reload()),
      EVERY_MS,
    );
  }
}

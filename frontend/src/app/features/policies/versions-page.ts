// Every version of the policy: who, why, when; any two compared, any one restored.
import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { DestroyRef } from '@angular/core';
import { Api } from '../../core/api';
import { Identity } from '../../core/identity';
import { listQuery, query } from '../../core/query';
import { Realtime } from '../../core/socket';
import { Toasts } from '../../core/toasts';
import { urlState } from '../../core/url-state';
import type { Policy } from '../../core/wire';
import { Back } from '../../ui/back';
import { Confirm } from '../../ui/confirm';
import { More } from '../../ui/more';
import { Pending } from '../../ui/pending';
import { Time } from '../../ui/time';
import { ChangeList } from './change-list';
import { authorName } from '../../ui/labels';

@Component({
  selector: 'vt-versions-page',
  imports: [Back, ChangeList, More, Pending, Time],
  templateUrl: './versions-page.html',
  styles: `
    .pick {
      display: inline-flex;
      gap: 10px;
    }
    .pick input {
      margin: 0;
    }
    .chip {
      white-space: nowrap;
    }
    .why {
      display: grid;
    }
    .here {
      background: var(--selected);
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class VersionsPage {
  protected readonly authorName = authorName;
  readonly from = input<string>();
  readonly to = input<string>();
  private readonly api = inject(Api);
  private readonly confirm = inject(Confirm);
  private readonly identity = inject(Identity);
  private readonly toasts = inject(Toasts);
  private readonly realtime = inject(Realtime);
  protected readonly setUrl = urlState();
  protected readonly versions = listQuery(
    () => ({ connections: this.realtime.connections(), limit: 50 }),
    ({ limit }, cursor, signal) =>
      this.api.call('GET /api/v1/policies', { query: { limit, cursor }, signal }),
  );
  protected readonly inForce = computed(
    () => this.versions.value()?.items.find(({ report_only }) => !report_only)?.version,
  );
  protected readonly newest = computed(() => this.versions.value()?.items[0]?.version);
  /** Without a choice: what the newest version changed. */
  protected readonly pair = computed(() => {
    const to = Number(this.to()) || this.newest();
    if (!to) return undefined;
    return { from: Number(this.from()) || Math.max(1, to - 1), to };
  });
  protected readonly diff = query(
    () => (this.several() ? this.pair() : undefined),
    (query, signal) => this.api.call('GET /api/v1/policies/diff', { query, signal }),
  );
  protected readonly several = computed(() => (this.versions.value()?.total ?? 0) > 1);
  protected readonly mayRestore = computed(() => this.identity.user()?.role === 'admin');
  protected readonly answer = computed(() => {
    const page = this.versions.value();
    if (!page) return 'Versions of the policy';
    return page.total === 1
      ? `Version ${this.inForce()} is in force, the only one so far`
      : `Version ${this.inForce()} is in force, of ${page.total}`;
  });

  constructor() {
    const reload = () => void this.versions.reload();
    this.realtime.on('policy_update', reload, inject(DestroyRef));
  }

  /** What the version is now, besides the one in force. */
  protected state({ version, report_only, trial_ended_at }: Policy): string | undefined {
    if (!report_only) return undefined;
    return version === this.newest() && !trial_ended_at ? 'On trial' : 'Was on trial';
  }

  protected async restore({ version, author }: Policy): Promise<void> {
    const consent = await this.confirm.ask({
      title: `Put version ${version} in force again?`,
      consequence: `Its rules, made by ${authorName(author)}, replace those in force on every process within a second, as a new version. Sessions that they challenge or end are challenged or ended.`,
      confirm: 'Restore',
      danger: true,
      reason: true,
      suggestions: ['The newer version challenged too many'],
    });
    if (!consent) return;
    try {
      const made = await this.api.call('POST /api/v1/policies/restore', {
        body: { version, ...consent },
      });
      this.toasts.say(`Version ${made.version} is in force, with the rules of version ${version}.`);
      this.setUrl({ from: null, to: null });
    } catch (error) {
      this.toasts.fail('Nothing was restored.', error);
    }
    await this.versions.reload();
  }
}

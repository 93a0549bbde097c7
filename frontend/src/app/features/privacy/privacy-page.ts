// Privacy: what is kept and for how long, all of it as a file, and the erasure of behaviour.
import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { Api } from '../../core/api';
import { type ClientProblem, toApiError } from '../../core/api-error';
import { download } from '../../core/download';
import { plural, wholeNumber } from '../../core/format';
import { unlessDeclined } from '../../core/fresh-proof';
import { query } from '../../core/query';
import { Toasts } from '../../core/toasts';
import type { Receipt, Request } from '../../core/wire';
import { CopyId } from '../../ui/copy-id';
import { Icon } from '../../ui/icon';
import { Pending, ProblemNote } from '../../ui/pending';
import { Time } from '../../ui/time';
import { Value } from '../../ui/value';
import { BaselineCard } from './baseline-card';

const PHRASE: Request<'POST /api/v1/me/erasure'>['body']['phrase'] = 'erase my behaviour';

@Component({
  selector: 'vt-privacy-page',
  imports: [BaselineCard, CopyId, Icon, Pending, ProblemNote, Time, Value],
  templateUrl: './privacy-page.html',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class PrivacyPage {
  private readonly api = inject(Api);
  private readonly toasts = inject(Toasts);
  protected readonly phrase = PHRASE;
  protected readonly number = wholeNumber;
  protected readonly plural = plural;
  protected readonly scores = signal(false);
  protected readonly typed = signal('');
  protected readonly busy = signal(false);
  protected readonly problem = signal<ClientProblem | undefined>(undefined);
  protected readonly receipt = signal<Receipt | undefined>(undefined);
  protected readonly ready = computed(() => this.typed().trim().toLowerCase() === PHRASE);
  protected readonly privacy = query(
    () => ({}),
    (_, abort) => this.api.call('GET /api/v1/me/privacy', { signal: abort }),
  );
  protected readonly answer = computed(() => {
    const kept = this.privacy.value()?.kept ?? [];
    const behaviour = kept.find(({ what }) => what === 'Behaviour');
    if (!behaviour?.days) return 'Your privacy';
    return `Your behaviour is kept for ${plural(behaviour.days, 'day')}, as numbers only`;
  });

  protected async export(): Promise<void> {
    this.busy.set(true);
    try {
      const text = await unlessDeclined(() =>
        this.api.call('GET /api/v1/me/export', { raw: true }),
      );
      if (text) download('verity-my-data.json', 'application/json', text);
    } catch (error) {
      this.toasts.fail('Your data could not be read.', error);
    }
    this.busy.set(false);
  }

  protected async erase(): Promise<void> {
    if (!this.ready() || this.busy()) return;
    this.busy.set(true);
    try {
      const body = { scores: this.scores(), phrase: PHRASE };
      const receipt = await unlessDeclined(() =>
        this.api.call('POST /api/v1/me/erasure', { body }),
      );
      this.problem.set(undefined);
      if (receipt) {
        this.receipt.set(receipt);
        this.typed.set('');
        await this.privacy.reload();
      }
    } catch (error) {
      this.problem.set(toApiError(error).problem);
    }
    this.busy.set(false);
  }

  protected keepReceipt(receipt: Receipt): void {
    const name = `verity-erasure-${receipt.at.slice(0, 10)}.json`;
    download(name, 'application/json', JSON.stringify(receipt, null, 2));
  }
}

// Receipts that somebody brings: checked by the server, or by this browser against the chain itself; one, or many with progress.
import {
  ChangeDetectionStrategy,
  Component,
  computed,
  inject,
  linkedSignal,
  signal,
} from '@angular/core';
import { toObservable } from '@angular/core/rxjs-interop';
import { filter, firstValueFrom } from 'rxjs';
import { Api } from '../../core/api';
import { plural, wholeNumber } from '../../core/format';
import { query } from '../../core/query';
import { CopyId } from '../../ui/copy-id';
import { Icon } from '../../ui/icon';
import { Value } from '../../ui/value';
import { AuditTabs } from './audit-tabs';
import { CheckRun } from './check-run';
import { CheckedList } from './checked-list';
import { type GivenReceipt, receiptsIn } from './receipt-files';

const COMMAND = 'npx verity-verify receipt.json --rpc ';

@Component({
  selector: 'vt-check-page',
  imports: [AuditTabs, CheckedList, CopyId, Icon, Value],
  providers: [CheckRun],
  templateUrl: './check-page.html',
  styleUrl: './check-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class CheckPage {
  private readonly api = inject(Api);
  protected readonly run = inject(CheckRun);
  protected readonly pasted = signal('');
  protected readonly over = signal(false);
  protected readonly by = signal<'browser' | 'server'>('browser');
  protected readonly given = signal<readonly GivenReceipt[]>([]);
  protected readonly refused = signal<readonly string[]>([]);
  protected readonly integrity = query(
    () => ({}),
    (_, signal) => this.api.call('GET /api/v1/audit/integrity', { signal }),
  );
  private readonly answered = toObservable(
    computed(() => Boolean(this.integrity.value() ?? this.integrity.problem())),
  );
  protected readonly rpc = linkedSignal(() => this.integrity.value()?.chain.rpc_url ?? '');
  protected readonly key = linkedSignal(() => this.integrity.value()?.log.key ?? '');
  protected readonly contract = linkedSignal(() => this.integrity.value()?.chain.contract ?? '');
  protected readonly command = computed(() => COMMAND + (this.rpc() || 'https://…'));
  /** An address that the policy of the page does not let it ask. */
  protected readonly outside = computed(() => {
    const allowed = this.integrity.value()?.chain.rpc_url;
    const rpc = this.rpc().trim();
    return rpc !== '' && rpc !== allowed;
  });
  protected readonly ready = computed(() => this.given().length > 0 && !this.run.going());
  protected readonly answer = computed(() => {
    const { proven, consistent, broken } = this.run.counts();
    const done = proven + consistent + broken;
    if (done === 0) return 'Check a receipt';
    if (broken) {
      return done === 1
        ? 'The receipt is broken'
        : `${wholeNumber(broken)} of ${plural(done, 'receipt')} broken`;
    }
    if (consistent) {
      return done === 1
        ? 'The receipt holds, and is not proven on chain'
        : `${plural(done, 'receipt')} hold, ${wholeNumber(proven)} proven on chain`;
    }
    return done === 1 ? 'The receipt is proven on chain' : `All ${done} receipts proven on chain`;
  });

  protected async take(files: FileList | null | undefined): Promise<void> {
    const given: GivenReceipt[] = [];
    const refused: string[] = [];
    // Now: the list is emptied with the field that it belongs to.
    const chosen = [...(files ?? [])];
    for (const file of chosen) {
      try {
        const text = new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
        const found = receiptsIn(file.name, text);
        given.push(...found);
        if (found.length === 0) refused.push(`${file.name} is empty.`);
      } catch {
        refused.push(`${file.name} is no text: a receipt is a file of JSON in UTF-8.`);
      }
    }
    this.given.set(given);
    this.refused.set(refused);
    this.run.forget();
    if (given.length) await this.check();
  }

  protected async takePasted(): Promise<void> {
    // A field for text gives back its lines with one kind of line break, and often loses the last one.
    const text = this.pasted().trim();
    this.given.set(text ? receiptsIn('Pasted', `${text}\n`) : []);
    this.refused.set([]);
    this.run.forget();
    if (text) await this.check();
  }

  protected async check(): Promise<void> {
    // What was given before the address of the chain was known is checked with it all the same.
    await firstValueFrom(this.answered.pipe(filter(Boolean)));
    const known = {
      rpc: this.rpc().trim(),
      key: this.key().trim(),
      contract: this.contract().trim(),
    };
    await this.run.start(this.given(), this.by(), known);
  }

  protected drop(event: DragEvent): void {
    event.preventDefault();
    this.over.set(false);
    void this.take(event.dataTransfer?.files);
  }
}

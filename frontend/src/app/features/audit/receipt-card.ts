// The receipt of a record: which fields it discloses, the file, and its check by this browser or by the server.
import {
  ChangeDetectionStrategy,
  Component,
  computed,
  inject,
  input,
  linkedSignal,
  signal,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { Api } from '../../core/api';
import { download } from '../../core/download';
import { Toasts } from '../../core/toasts';
import type { LogIntegrity, ReceiptReport, RecordProof } from '../../core/wire';
import { Icon } from '../../ui/icon';
import { keysOf } from '../../ui/labels';
import { LocalVerifier } from './local-verifier';
import { ReceiptReportView } from './receipt-report';
import { CLOSED_FIELD } from './words';

const WORDS = { ...CLOSED_FIELD, evidence: 'Evidence' } as const;
type Disclosable = keyof typeof WORDS;

interface Found {
  report: ReceiptReport;
  by: string;
  blocked: readonly string[];
}

@Component({
  selector: 'vt-receipt-card',
  imports: [Icon, ReceiptReportView, RouterLink],
  template: `
    <section class="card" aria-labelledby="receipt-title">
      <header><h2 id="receipt-title">Receipt</h2></header>
      <div class="body stack">
        <p class="small soft">
          One file that proves this record to anybody, without this server. It opens what you
          choose; the rest stays closed, and the proof holds all the same.
        </p>
        <fieldset>
          <legend class="small">It discloses</legend>
          @for (field of fields(); track field) {
            <label class="check small">
              <input
                type="checkbox"
                [checked]="disclosed().includes(field)"
                (change)="toggle(field)"
              />{{ words[field] }}
            </label>
          } @empty {
            <p class="small soft">Nothing: what the record held has been erased.</p>
          }
        </fieldset>
        <div class="row wrap">
          <button type="button" class="btn primary" [disabled]="busy()" (click)="checkHere()">
            <vt-icon name="shield" />{{ busy() ? 'Checking …' : 'Check here in the browser' }}
          </button>
          <button type="button" class="btn" [disabled]="busy()" (click)="save()">
            <vt-icon name="download" />Download receipt
          </button>
          <button type="button" class="btn quiet" [disabled]="busy()" (click)="checkThere()">
            Let the server check
          </button>
        </div>
        @if (problem(); as text) {
          <p class="note bad" role="alert">{{ text }}</p>
        }
        @if (result(); as found) {
          <vt-receipt-report [report]="found.report" [by]="found.by" [blocked]="found.blocked" />
        }
        <p class="small soft">
          More ways, and many at once: <a routerLink="/audit/check">Check a receipt</a>.
        </p>
      </div>
    </section>
  `,
  styles: `
    fieldset {
      display: flex;
      flex-wrap: wrap;
      gap: 6px 16px;
      margin: 0;
      padding: 0;
      border: 0;
    }
    legend {
      padding: 0 0 6px;
      font-weight: 550;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ReceiptCard {
  readonly proof = input.required<RecordProof>();
  readonly integrity = input<LogIntegrity>();
  private readonly api = inject(Api);
  private readonly toasts = inject(Toasts);
  private readonly verifier = inject(LocalVerifier);
  protected readonly words = WORDS;
  protected readonly busy = signal(false);
  private readonly id = computed(() => this.proof().entry.record.id);
  // What was found belongs to one record: the page may go on to another one.
  protected readonly problem = linkedSignal({ source: this.id, computation: () => '' });
  protected readonly result = linkedSignal<string, Found | undefined>({
    source: this.id,
    computation: () => undefined,
  });
  /** What can still be opened. */
  protected readonly fields = computed<Disclosable[]>(
    () => {
      const { entry, evidence } = this.proof();
      const open = keysOf(CLOSED_FIELD).filter((field) => !entry.erased.includes(field));
      const readable = evidence && evidence.state !== 'gone' && open.includes('details');
      return readable ? [...open, 'evidence'] : open;
    },
    // The proof is read again while it grows: what was chosen stays.
    { equal: (one, other) => one.join() === other.join() },
  );
  protected readonly disclosed = linkedSignal<readonly Disclosable[]>(() =>
    this.fields().filter((field) => field !== 'evidence'),
  );

  protected toggle(field: Disclosable): void {
    const chosen = this.disclosed();
    this.disclosed.set(this.fields().filter((one) => chosen.includes(one) !== (one === field)));
    this.result.set(undefined);
  }

  protected async save(): Promise<void> {
    try {
      const text = await this.read();
      download(`verity-receipt-${this.proof().entry.record.id}.json`, 'application/json', text);
    } catch (error) {
      this.toasts.fail('The receipt was not made.', error);
    }
  }

  protected async checkHere(): Promise<void> {
    const chain = this.integrity()?.chain;
    const rpc = chain?.rpc_url ?? '';
    await this.check(async (text) => {
      const { report, blocked } = await this.verifier.check(text, {
        rpc,
        key: this.integrity()?.log.key ?? '',
        contract: chain?.contract ?? '',
      });
      const by = rpc
        ? `Checked by this browser, which asked the chain at ${rpc}.`
        : 'Checked by this browser. It knows no address of the chain: the operator sets one, or you give one under “Check a receipt”.';
      return { report, by, blocked };
    });
  }

  protected async checkThere(): Promise<void> {
    await this.check(async (receipt) => ({
      report: await this.api.call('POST /api/v1/audit/receipts', { body: { receipt } }),
      by: 'Checked by the server, against its own log and chain.',
      blocked: [],
    }));
  }

  private async check(how: (text: string) => Promise<Found>): Promise<void> {
    const id = this.id();
    this.busy.set(true);
    this.problem.set('');
    this.result.set(undefined);
    try {
      const found = await how(await this.read());
      if (this.id() === id) this.result.set(found);
    } catch (error) {
      this.problem.set(error instanceof Error ? error.message : 'It could not be checked.');
    }
    this.busy.set(false);
  }

  /** Exactly as it is served: every byte of a receipt counts. */
  private read(): Promise<string> {
    return this.api.call('GET /api/v1/audit/records/:id/receipt', {
      params: { id: this.proof().entry.record.id },
      // A comma alone discloses nothing; without a value all would be.
      query: { disclose: this.disclosed().join(',') || ',' },
      raw: true,
    });
  }
}

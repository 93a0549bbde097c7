// The evidence of a record: where its blocks are, and what they hold once they are read, verified and decrypted.
import {
  ChangeDetectionStrategy,
  Component,
  inject,
  input,
  linkedSignal,
  signal,
} from '@angular/core';
import { Api } from '../../core/api';
import { type ClientProblem, toApiError } from '../../core/api-error';
import { bytes } from '../../core/format';
import type { RecordProof } from '../../core/wire';
import { CopyId } from '../../ui/copy-id';
import { JsonCard } from '../../ui/json-card';
import { ProblemNote } from '../../ui/pending';

const STATE = {
  waiting: { text: 'Waits for IPFS', tone: 'warn' },
  stored: { text: 'Stored', tone: 'good' },
  gone: { text: 'Erased', tone: '' },
} as const satisfies Record<NonNullable<RecordProof['evidence']>['state'], object>;

const ABOUT = {
  waiting: 'It is kept here, encrypted, until the IPFS node takes it.',
  stored: 'Encrypted blocks, each named by the hash of its bytes. They are read by their names.',
  gone: 'The key was destroyed with the erasure of the person: nobody can read it any more.',
} as const satisfies Record<keyof typeof STATE, string>;

@Component({
  selector: 'vt-evidence-card',
  imports: [CopyId, JsonCard, ProblemNote],
  template: `
    <section class="card" aria-labelledby="evidence-title">
      <header>
        <h2 id="evidence-title">Evidence</h2>
        <span [class]="'chip ' + states[evidence().state].tone">{{
          states[evidence().state].text
        }}</span>
      </header>
      <div class="body stack">
        <p class="small soft">{{ about[evidence().state] }} {{ size(evidence().bytes) }}.</p>
        @for (cid of evidence().cids; track cid) {
          <vt-copy class="small" [value]="cid" what="CID of a block" />
        }
        @if (evidence().state !== 'gone' && text() === undefined) {
          <button type="button" class="btn" [disabled]="busy()" (click)="read()">
            {{ busy() ? 'Reading …' : 'Read it' }}
          </button>
        }
        @if (problem(); as problem) {
          <vt-problem [problem]="problem" />
        }
      </div>
    </section>
    @if (text(); as text) {
      <vt-json-card title="Evidence, read and verified" [value]="text" />
    }
  `,
  styles: `
    :host {
      display: grid;
      gap: var(--gap);
    }
    .btn {
      justify-self: start;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class EvidenceCard {
  readonly id = input.required<string>();
  readonly evidence = input.required<NonNullable<RecordProof['evidence']>>();
  private readonly api = inject(Api);
  protected readonly states = STATE;
  protected readonly about = ABOUT;
  protected readonly size = bytes;
  protected readonly busy = signal(false);
  // What was read belongs to one record: the page may go on to another one.
  protected readonly problem = linkedSignal<string, ClientProblem | undefined>({
    source: this.id,
    computation: () => undefined,
  });
  protected readonly text = linkedSignal<string, string | undefined>({
    source: this.id,
    computation: () => undefined,
  });

  protected async read(): Promise<void> {
    this.busy.set(true);
    this.problem.set(undefined);
    try {
      const text = await this.api.call('GET /api/v1/audit/records/:id/evidence', {
        params: { id: this.id() },
        raw: true,
      });
      this.text.set(JSON.stringify(JSON.parse(text), null, 2));
    } catch (error) {
      this.problem.set(toApiError(error).problem);
    }
    this.busy.set(false);
  }
}

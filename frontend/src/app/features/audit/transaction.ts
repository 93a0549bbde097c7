// Where an anchor stands on the chain: its transaction, in the explorer where one is set, and copied whole.
import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { CopyId } from '../../ui/copy-id';

@Component({
  selector: 'vt-transaction',
  imports: [CopyId],
  template: `
    <vt-copy [value]="hash()" what="transaction" [short]="short()" />
    @if (address(); as href) {
      <a [href]="href" target="_blank" rel="noreferrer noopener">explorer</a>
    }
  `,
  styles: `
    :host {
      display: inline-flex;
      flex-wrap: wrap;
      gap: 2px 8px;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Transaction {
  readonly hash = input.required<string>();
  /** With `{tx}` in the place of the hash. */
  readonly explorer = input<string | null>();
  readonly short = input(false);
  protected readonly address = computed(() =>
    // Braces of the setting may have been written as in an address.
    this.explorer()?.replace(/\{tx\}|%7Btx%7D/i, this.hash()),
  );
}

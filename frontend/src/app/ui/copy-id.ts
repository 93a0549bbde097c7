// An id or secret that copies on click.
import { Clipboard } from '@angular/cdk/clipboard';
import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { Icon } from './icon';

@Component({
  selector: 'vt-copy',
  imports: [Icon],
  template: `
    <button
      type="button"
      [attr.aria-label]="'Copy ' + what()"
      [title]="value()"
      (click)="copy($event)"
    >
      <span class="mono" [class.nowrap]="short()">{{ shown() }}</span>
      <vt-icon [name]="copied() ? 'check' : 'copy'" />
      <span class="sr-only" aria-live="polite">{{ copied() ? 'Copied' : '' }}</span>
    </button>
  `,
  styles: `
    button {
      display: inline-flex;
      align-items: center;
      gap: 6px;
      max-width: calc(100% + 8px);
      padding: 1px 4px;
      margin: -1px -4px;
      border: 0;
      border-radius: 4px;
      background: none;
      color: var(--ink-soft);
      text-align: left;
      cursor: copy;
    }
    button:hover {
      background: var(--hover);
      color: var(--ink);
    }
    .mono {
      overflow-wrap: anywhere;
    }
    vt-icon {
      opacity: 0.6;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class CopyId {
  readonly value = input.required<string>();
  readonly what = input('id');
  /** Shows the last eight characters only: the first of a UUIDv7 are its time. */
  readonly short = input(false);
  protected readonly copied = signal(false);
  protected readonly shown = computed(() =>
    this.short() ? `…${this.value().slice(-8)}` : this.value(),
  );
  private readonly clipboard = inject(Clipboard);

  protected copy(event: Event): void {
    event.stopPropagation();
    this.copied.set(this.clipboard.copy(this.value()));
    setTimeout(() => this.copied.set(false), 1_500);
  }
}

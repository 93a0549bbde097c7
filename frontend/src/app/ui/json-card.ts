// A value as JSON in a card: readable, scrolled when it is long, copied whole.
import { Clipboard } from '@angular/cdk/clipboard';
import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { bytes } from '../core/format';
import { Icon } from './icon';

const LONG = 2_000;

@Component({
  selector: 'vt-json-card',
  imports: [Icon],
  template: `
    <section class="card" [attr.aria-labelledby]="id()">
      <header>
        <h2 [id]="id()">{{ title() }}</h2>
        @if (text().length > long) {
          <span class="small faint">{{ size() }}</span>
        }
        <button
          type="button"
          class="btn quiet"
          [attr.aria-label]="'Copy ' + title().toLowerCase()"
          (click)="copy()"
        >
          <vt-icon [name]="copied() ? 'check' : 'copy'" />{{ copied() ? 'Copied' : 'Copy' }}
        </button>
        <span class="sr-only" aria-live="polite">{{ copied() ? 'Copied' : '' }}</span>
      </header>
      <pre class="body" tabindex="0" role="region" [attr.aria-labelledby]="id()">{{ text() }}</pre>
    </section>
  `,
  styles: `
    pre {
      max-height: 55vh;
      overflow: auto;
      white-space: pre-wrap;
      overflow-wrap: anywhere;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class JsonCard {
  readonly title = input.required<string>();
  readonly value = input.required<unknown>();
  private readonly clipboard = inject(Clipboard);
  protected readonly long = LONG;
  protected readonly copied = signal(false);
  protected readonly id = computed(
    () => `json-${this.title().toLowerCase().replaceAll(/\W+/g, '-')}`,
  );
  protected readonly text = computed(() => {
    const value = this.value();
    return typeof value === 'string' ? value : JSON.stringify(value ?? null, null, 2);
  });
  protected readonly size = computed(() => bytes(new Blob([this.text()]).size));

  protected copy(): void {
    this.copied.set(this.clipboard.copy(this.text()));
    setTimeout(() => this.copied.set(false), 1_500);
  }
}

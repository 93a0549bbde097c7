// One of the words that a list may be narrowed to, or any.
import { ChangeDetectionStrategy, Component, computed, input, output } from '@angular/core';
import { keysOf } from './labels';
import { Value } from './value';

type Word = string | { text: string };

@Component({
  selector: 'vt-choice',
  imports: [Value],
  template: `
    <select
      class="input"
      [attr.aria-label]="label()"
      [vtValue]="value() ?? ''"
      (vtValueChange)="chosen.emit($event)"
    >
      @if (any(); as any) {
        <option value="">{{ any }}</option>
      }
      @for (option of options(); track option.key) {
        <option [value]="option.key">{{ option.text }}</option>
      }
    </select>
  `,
  styles: `
    :host,
    select {
      min-width: 0;
      max-width: 100%;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Choice {
  readonly label = input.required<string>();
  /** Shown in this order. */
  readonly words = input.required<Readonly<Record<string, Word>>>();
  readonly value = input<string>();
  /** The word for no choice at all; without it one of the words is always chosen. */
  readonly any = input<string>();
  /** The key of the word; empty for any. */
  readonly chosen = output<string>();
  protected readonly options = computed(() => {
    const words = this.words();
    return keysOf(words).map((key) => {
      const word = words[key] ?? key;
      return { key, text: typeof word === 'string' ? word : word.text };
    });
  });
}

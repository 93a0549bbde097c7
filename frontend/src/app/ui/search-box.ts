// A text that narrows a list: told once the typing has paused, so that each letter does not read the list anew.
import {
  ChangeDetectionStrategy,
  Component,
  type ElementRef,
  effect,
  input,
  linkedSignal,
  output,
  untracked,
  viewChild,
} from '@angular/core';
import { Value } from './value';

const PAUSE_MS = 250;

@Component({
  selector: 'vt-search',
  imports: [Value],
  template: `
    <input
      #field
      class="input"
      type="search"
      [placeholder]="placeholder()"
      [attr.aria-label]="label()"
      [(vtValue)]="text"
    />
  `,
  styles: `
    :host {
      flex: 1 1 200px;
      min-width: 0;
      max-width: 340px;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class SearchBox {
  readonly value = input<string>();
  readonly placeholder = input('');
  readonly label = input('Text');
  readonly settled = output<string>();
  protected readonly text = linkedSignal(() => this.value() ?? '');
  private readonly field = viewChild.required<ElementRef<HTMLInputElement>>('field');

  constructor() {
    effect((onCleanup) => {
      const text = this.text().trim();
      if (text === (untracked(this.value) ?? '')) return;
      const timer = setTimeout(() => this.settled.emit(text), PAUSE_MS);
      onCleanup(() => clearTimeout(timer));
    });
  }

  focus(): void {
    this.field().nativeElement.focus();
  }
}

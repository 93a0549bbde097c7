// Several of a few words, each said and with the name that programs know it by.
import { ChangeDetectionStrategy, Component, computed, input, model } from '@angular/core';
import { keysOf } from './labels';

@Component({
  selector: 'vt-ticks',
  template: `
    <fieldset>
      <legend>{{ legend() }}</legend>
      @for (key of keys(); track key) {
        <label class="check small">
          <input type="checkbox" [checked]="chosen().has(key)" (change)="tick(key)" />
          <span
            >{{ words()[key] }} <span class="faint mono">{{ key }}</span></span
          >
        </label>
      }
    </fieldset>
  `,
  styles: `
    fieldset {
      display: grid;
      gap: 8px;
      margin: 0;
      padding: 0;
      border: 0;
    }
    legend {
      margin-bottom: 8px;
      padding: 0;
      font-size: var(--text-s);
      font-weight: 550;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Ticks<K extends string> {
  readonly legend = input.required<string>();
  readonly words = input.required<Readonly<Record<K, string>>>();
  readonly chosen = model.required<ReadonlySet<K>>();
  protected readonly keys = computed(() => keysOf(this.words()));

  protected tick(key: K): void {
    this.chosen.update((chosen) => {
      const next = new Set(chosen);
      if (!next.delete(key)) next.add(key);
      return next;
    });
  }
}

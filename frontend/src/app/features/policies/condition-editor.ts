// Builds a condition part by part, each with the field that its type wants.
import { ChangeDetectionStrategy, Component, computed, input, output } from '@angular/core';
import type { PolicyCondition } from '../../core/wire';
import { Icon } from '../../ui/icon';
import { keysOf } from '../../ui/labels';
import { Value } from '../../ui/value';
import { FIELDS, beginOf, type ConditionKey, type Field } from './condition-fields';

interface Part {
  key: ConditionKey;
  label: string;
  field: Field;
  value: unknown;
  options: readonly { value: string; label: string; on: boolean }[];
}

@Component({
  selector: 'vt-condition-editor',
  imports: [Icon, Value],
  template: `
    @for (part of parts(); track part.key) {
      <div class="part" role="group" [attr.aria-label]="part.label">
        <span class="label">{{ part.label }}</span>
        <span class="value">
          @switch (part.field.kind) {
            @case ('number') {
              <input
                class="input"
                type="number"
                [attr.aria-label]="part.label"
                [min]="part.field.least"
                [max]="part.field.most"
                [step]="part.field.step"
                [vtValue]="text(part.value)"
                (vtValueChange)="setNumber(part.key, $event)"
              />
              <span class="faint">{{ part.field.unit }}</span>
            }
            @case ('choice') {
              <select
                class="input"
                [attr.aria-label]="part.label"
                [vtValue]="text(part.value)"
                (vtValueChange)="set(part.key, $event === 'true')"
              >
                <option value="true">{{ part.field.yes }}</option>
                <option value="false">{{ part.field.no }}</option>
              </select>
            }
            @default {
              @for (option of part.options; track option.value) {
                <label class="check">
                  <input
                    type="checkbox"
                    [checked]="option.on"
                    (change)="toggle(part, option.value)"
                  />
                  {{ option.label }}
                </label>
              } @empty {
                <span class="faint">There are none yet.</span>
              }
            }
          }
        </span>
        <button
          type="button"
          class="btn quiet icon"
          [attr.aria-label]="'Take away: ' + part.label"
          (click)="set(part.key, undefined)"
        >
          <vt-icon name="close" />
        </button>
      </div>
    } @empty {
      <p class="small soft">It always holds. Add a condition to narrow it.</p>
    }
    @if (absent().length) {
      <select #adding class="input add" aria-label="Add a condition" (change)="add(adding)">
        <option value="">Add a condition …</option>
        @for (key of absent(); track key) {
          <option [value]="key">{{ fields[key].label }}</option>
        }
      </select>
    }
  `,
  styles: `
    :host {
      display: grid;
      gap: 8px;
      font-size: var(--text-s);
    }
    .part {
      display: grid;
      grid-template-columns: minmax(9rem, 14rem) minmax(0, 1fr) auto;
      gap: 4px 12px;
      align-items: center;
    }
    .value {
      display: flex;
      flex-wrap: wrap;
      gap: 4px 14px;
      align-items: center;
    }
    .value input[type='number'] {
      width: 7rem;
    }
    .add {
      justify-self: start;
    }
    @media (max-width: 640px) {
      .part {
        grid-template-columns: minmax(0, 1fr) auto;
      }
      .value {
        grid-row: 2;
        grid-column: 1 / -1;
      }
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ConditionEditor {
  readonly when = input.required<PolicyCondition>();
  readonly groups = input.required<readonly { id: string; name: string }[]>();
  readonly resources = input.required<readonly { id: string; name: string }[]>();
  readonly whenChange = output<PolicyCondition>();
  protected readonly fields = FIELDS;
  protected readonly parts = computed(() =>
    keysOf(FIELDS)
      .filter((key) => this.when()[key] !== undefined)
      .map((key) => this.partOf(key)),
  );
  protected readonly absent = computed(() =>
    keysOf(FIELDS).filter((key) => this.when()[key] === undefined),
  );

  protected text(value: unknown): string {
    return String(value);
  }

  protected add(choice: HTMLSelectElement): void {
    const found = this.absent().find((one) => one === choice.value);
    choice.value = '';
    if (!found) return;
    const { field } = FIELDS[found];
    const named = field.kind === 'named' ? this.namesOf(field.of).map(({ value }) => value) : [];
    this.set(found, beginOf(found, named));
  }

  protected set(key: ConditionKey, value: unknown): void {
    const { [key]: _, ...rest } = this.when();
    this.whenChange.emit(value === undefined ? rest : { ...rest, [key]: value });
  }

  protected setNumber(key: ConditionKey, text: string): void {
    // An empty field is one that is being typed in.
    if (text.trim() !== '' && Number.isFinite(Number(text))) this.set(key, Number(text));
  }

  protected toggle({ key, options }: Part, value: string): void {
    this.set(
      key,
      options.filter((one) => one.on !== (one.value === value)).map((one) => one.value),
    );
  }

  private namesOf(of: 'groups' | 'resources') {
    const all = of === 'groups' ? this.groups() : this.resources();
    return all.map(({ id, name }) => ({ value: id, label: name }));
  }

  private partOf(key: ConditionKey): Part {
    const { label, field } = FIELDS[key];
    const value = this.when()[key];
    return { key, label, field, value, options: this.optionsOf(field, value) };
  }

  private optionsOf(field: Field, value: unknown): Part['options'] {
    if (field.kind !== 'several' && field.kind !== 'named') return [];
    const on = (Array.isArray(value) ? value : []) as string[];
    const known =
      field.kind === 'several'
        ? field.options.map((one) => ({ value: one, label: one.replaceAll('_', ' ') }))
        : this.namesOf(field.of);
    // What is named and not there stays to be taken away.
    const lost = on
      .filter((one) => !known.some((option) => option.value === one))
      .map((one) => ({ value: one, label: `${one} (not there)` }));
    return [...known, ...lost].map((option) => ({ ...option, on: on.includes(option.value) }));
  }
}

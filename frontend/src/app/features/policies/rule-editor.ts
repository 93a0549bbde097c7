// One rule opened for editing: name, effect, report-only, and its condition.
import { ChangeDetectionStrategy, Component, input, output } from '@angular/core';
import { oneOf } from '../../core/url-state';
import type { PolicyRule } from '../../core/wire';
import { RULE_EFFECT, keysOf } from '../../ui/labels';
import { Value } from '../../ui/value';
import { ConditionEditor } from './condition-editor';

@Component({
  selector: 'vt-rule-editor',
  imports: [ConditionEditor, Value],
  template: `
    <div class="fields">
      <label class="field grow">
        <span>Name</span>
        <input
          class="input"
          maxlength="120"
          [vtValue]="rule().name"
          (vtValueChange)="put({ name: $event })"
        />
      </label>
      <label class="field">
        <span>Effect</span>
        <select class="input" [vtValue]="rule().effect" (vtValueChange)="setEffect($event)">
          @for (effect of effects; track effect) {
            <option [value]="effect">{{ words[effect].text }}</option>
          }
        </select>
      </label>
      <label class="switch">
        <input
          type="checkbox"
          role="switch"
          [checked]="rule().report_only ?? false"
          (change)="toggleReport()"
        />
        Report only
      </label>
    </div>
    <vt-condition-editor
      [when]="rule().when"
      [groups]="groups()"
      [resources]="resources()"
      (whenChange)="put({ when: $event })"
    />
    <p class="small faint">
      On record as <span class="mono">{{ rule().id }}</span>
    </p>
  `,
  styles: `
    :host {
      display: grid;
      gap: 14px;
      padding: 4px var(--pad) var(--pad);
    }
    .fields {
      display: flex;
      flex-wrap: wrap;
      gap: 8px 14px;
      align-items: flex-end;
    }
    .switch {
      min-height: var(--control);
    }
    .field.grow {
      flex: 1 1 240px;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class RuleEditor {
  readonly rule = input.required<PolicyRule>();
  readonly groups = input.required<readonly { id: string; name: string }[]>();
  readonly resources = input.required<readonly { id: string; name: string }[]>();
  readonly ruleChange = output<PolicyRule>();
  protected readonly effects = keysOf(RULE_EFFECT);
  protected readonly words = RULE_EFFECT;

  protected put(part: Partial<PolicyRule>): void {
    this.ruleChange.emit({ ...this.rule(), ...part });
  }

  protected setEffect(effect: string): void {
    this.put({ effect: oneOf(this.effects, effect, this.rule().effect) });
  }

  protected toggleReport(): void {
    const { report_only, ...rest } = this.rule();
    this.ruleChange.emit(report_only ? rest : { ...rest, report_only: true });
  }
}

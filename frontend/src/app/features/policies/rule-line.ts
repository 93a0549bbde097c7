// One rule to read: its place, what it does, when, and how often it did.
import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { conditionInWords } from '@verity/protocol/policy/words';
import { plural } from '../../core/format';
import type { PolicyRule } from '../../core/wire';
import { RULE_EFFECT } from '../../ui/labels';
import type { Hits } from './hits';

@Component({
  selector: 'vt-rule-line',
  template: `
    <span class="place faint" aria-hidden="true">{{ place() }}</span>
    <span class="text">
      <b>{{ rule().name }}</b>
      <span class="soft">{{ condition() }}</span>
    </span>
    <span class="marks">
      <span [class]="'chip ' + effect().tone">{{ effect().text }}</span>
      @if (rule().report_only) {
        <span class="chip">Report only</span>
      }
    </span>
    @if (hits() !== undefined) {
      <span class="hits" [class.faint]="!hits()" [title]="exact()">{{ count() }}</span>
    }
  `,
  styles: `
    :host {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 4px 12px;
      flex: 1;
      min-width: 0;
      min-height: var(--row);
      padding: 8px var(--pad);
      font-size: var(--text-s);
    }
    .place {
      width: 2ch;
      text-align: right;
    }
    .text {
      display: grid;
      flex: 1 1 220px;
      min-width: 0;
      overflow-wrap: anywhere;
    }
    .marks {
      display: flex;
      flex-wrap: wrap;
      gap: 4px;
      justify-content: flex-end;
      margin-inline-start: auto;
    }
    .hits {
      min-width: 11ch;
      text-align: right;
    }
    @media (max-width: 720px) {
      .text {
        flex-basis: calc(100% - 2ch - 12px);
      }
      .marks {
        margin-inline: calc(2ch + 12px) 0;
      }
      .hits {
        margin-inline-start: auto;
      }
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class RuleLine {
  readonly rule = input.required<PolicyRule>();
  readonly place = input.required<number>();
  /** Null when it did not decide; undefined where counts are not shown. */
  readonly hits = input<Hits | null>();
  protected readonly effect = computed(() => RULE_EFFECT[this.rule().effect]);
  protected readonly condition = computed(() => {
    const words = conditionInWords(this.rule().when);
    return words.charAt(0).toUpperCase() + words.slice(1);
  });
  protected readonly count = computed(() => {
    const hits = this.hits();
    return hits ? plural(hits.sessions, 'session') : 'no session';
  });
  protected readonly exact = computed(() => {
    const hits = this.hits();
    return hits ? plural(hits.decisions, 'decision') : '';
  });
}

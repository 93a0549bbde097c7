// What a check of a receipt found: the verdict, then each link of the proof with its state and why.
import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import type { ReceiptReport } from '../../core/wire';
import { Icon, type IconName } from '../../ui/icon';
import { LINK, LINK_STATE, VERDICT } from './words';

const ICON = { holds: 'check', fails: 'close', unchecked: 'more' } as const satisfies Record<
  ReceiptReport['links'][number]['state'],
  IconName
>;

@Component({
  selector: 'vt-receipt-report',
  imports: [Icon],
  template: `
    <div [class]="'note ' + verdict().tone" role="status">
      <vt-icon [name]="report().verdict === 'proven' ? 'check' : 'alert'" />
      <div class="grow">
        <b>{{ title() }}</b>
        <p>{{ by() }}</p>
        @if (blocked().length) {
          <p>
            The policy of this page does not let it ask {{ blocked().join(', ') }}. The operator
            names the address that pages may ask (CHAIN_PUBLIC_URL); the verifier’s own page and
            program may ask any.
          </p>
        }
      </div>
    </div>
    <ol>
      @for (link of report().links; track link.link) {
        <li [class]="link.state">
          <span class="mark"><vt-icon [name]="icons[link.state]" /></span>
          <div class="grow">
            <b>{{ links[link.link] }}</b>
            <span [class]="'chip ' + states[link.state].tone">{{ states[link.state].text }}</span>
            <p>{{ link.why }}</p>
            @if (link.where) {
              <p class="where mono">{{ link.where }}</p>
            }
          </div>
        </li>
      }
    </ol>
    @for (caution of report().cautions; track caution) {
      <p class="small soft caution"><vt-icon name="info" />{{ caution }}</p>
    }
  `,
  styles: `
    :host {
      display: grid;
      gap: 12px;
      min-width: 0;
    }
    li {
      position: relative;
      display: flex;
      gap: 12px;
      padding-bottom: 14px;
      font-size: var(--text-s);
    }
    li:last-child {
      padding-bottom: 0;
    }
    li:not(:last-child)::before {
      content: '';
      position: absolute;
      inset: 24px auto 0 11px;
      width: 2px;
      background: var(--line);
    }
    .mark {
      display: grid;
      flex: none;
      place-items: center;
      width: 24px;
      height: 24px;
      border-radius: 50%;
      background: var(--sunken);
      color: var(--ink-soft);
    }
    .holds .mark {
      background: var(--good-wash);
      color: var(--good);
    }
    .fails .mark {
      background: var(--bad-wash);
      color: var(--bad);
    }
    b {
      margin-right: 6px;
      font-weight: 550;
    }
    p {
      overflow-wrap: anywhere;
    }
    .where {
      color: var(--ink-soft);
    }
    .caution {
      display: flex;
      gap: 8px;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ReceiptReportView {
  readonly report = input.required<ReceiptReport>();
  /** Who checked it, in a sentence. */
  readonly by = input.required<string>();
  readonly blocked = input<readonly string[]>([]);
  protected readonly links = LINK;
  protected readonly states = LINK_STATE;
  protected readonly icons = ICON;
  protected readonly verdict = computed(() => VERDICT[this.report().verdict]);
  protected readonly title = computed(() => {
    const { failed } = this.report();
    return failed ? `${this.verdict().text}: ${LINK[failed].toLowerCase()}` : this.verdict().text;
  });
}

// What a run over receipts found: one report whole, or a table of many that open one by one.
import { ChangeDetectionStrategy, Component, computed, input, signal } from '@angular/core';
import { wholeNumber } from '../../core/format';
import { ACTION } from './actions';
import type { Checked } from './check-run';
import { ReceiptReportView } from './receipt-report';
import { LINK, VERDICT } from './words';

/** Rows that stand there at once; those that are broken come first. */
const SHOWN = 200;

@Component({
  selector: 'vt-checked-list',
  imports: [ReceiptReportView],
  template: `
    @if (single(); as one) {
      <section class="card body" aria-label="Result">
        @if (one.report; as report) {
          <vt-receipt-report [report]="report" [by]="one.by" [blocked]="one.blocked" />
        } @else {
          <p class="note bad" role="alert">{{ one.name }}: {{ one.error }}</p>
        }
      </section>
    } @else {
      <section class="card" aria-label="Results">
        <div class="table-scroll">
          <table class="table cards">
            <thead>
              <tr>
                <th scope="col">Receipt</th>
                <th scope="col">Verdict</th>
                <th scope="col">Record</th>
                <th scope="col" class="num">Entry</th>
                <th scope="col">Says</th>
              </tr>
            </thead>
            <tbody>
              @for (one of shown(); track one.name) {
                <tr>
                  <td>
                    <button
                      type="button"
                      class="link-btn"
                      [attr.aria-expanded]="open() === one"
                      (click)="open.set(open() === one ? undefined : one)"
                    >
                      {{ one.name }}
                    </button>
                  </td>
                  <td data-label="Verdict">
                    @if (one.report; as report) {
                      <span [class]="'chip ' + verdicts[report.verdict].tone">{{
                        verdicts[report.verdict].text
                      }}</span>
                    } @else {
                      <span class="chip bad">Not checked</span>
                    }
                  </td>
                  <td data-label="Record">{{ action(one) }}</td>
                  <td data-label="Entry" class="num">{{ place(one) }}</td>
                  <td data-label="Says" class="says">{{ says(one) }}</td>
                </tr>
                @if (open() === one && one.report; as report) {
                  <tr class="more">
                    <td colspan="5">
                      <vt-receipt-report [report]="report" [by]="one.by" [blocked]="one.blocked" />
                    </td>
                  </tr>
                }
              }
            </tbody>
          </table>
        </div>
        @if (results().length > shown().length) {
          <p class="small soft foot">
            {{ number(shown().length) }} of {{ number(results().length) }} are shown; those that are
            broken come first.
          </p>
        }
      </section>
    }
  `,
  styles: `
    .body {
      padding: var(--pad);
    }
    .foot {
      padding: 10px var(--pad);
    }
    .more td {
      padding-block: 16px;
    }
    .num {
      text-align: right;
    }
    .says {
      overflow-wrap: anywhere;
    }
    .link-btn {
      overflow-wrap: anywhere;
      text-align: left;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class CheckedList {
  readonly results = input.required<readonly Checked[]>();
  /** How many there will be. */
  readonly total = input.required<number>();
  protected readonly verdicts = VERDICT;
  protected readonly number = wholeNumber;
  protected readonly open = signal<Checked | undefined>(undefined);
  protected readonly single = computed(() => (this.total() === 1 ? this.results()[0] : undefined));
  protected readonly shown = computed(() => {
    const bad = ({ report }: Checked) => report?.verdict === 'broken' || !report;
    const all = this.results();
    return [...all.filter(bad), ...all.filter((one) => !bad(one))].slice(0, SHOWN);
  });

  protected action({ report }: Checked): string {
    const name = report?.record?.leaf.action;
    if (!name) return '';
    return (ACTION as Readonly<Record<string, string>>)[name] ?? name;
  }

  protected place({ report }: Checked): string {
    return report?.record ? wholeNumber(report.record.index) : '';
  }

  protected says({ report, error }: Checked): string {
    if (!report) return error;
    const told =
      report.links.find(({ state }) => state === 'fails') ??
      report.links.find(({ link, state }) => link === 'anchor' && state === 'unchecked');
    if (!told) {
      const all = report.links.every(({ state }) => state === 'holds');
      return all ? 'Every link holds.' : 'The chain holds it; the evidence was not checked.';
    }
    return `${LINK[told.link]}: ${told.why}`;
  }
}

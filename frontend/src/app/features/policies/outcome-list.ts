// Challenges and terminations with what became of each, page by page.
import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { duration } from '../../core/format';
import type { ListQuery } from '../../core/query';
import type { PolicyOutcome } from '../../core/wire';
import { BandBadge } from '../../ui/band-badge';
import { CopyId } from '../../ui/copy-id';
import { Empty } from '../../ui/empty';
import { OUTCOME } from '../../ui/labels';
import { More } from '../../ui/more';
import { Pending } from '../../ui/pending';
import { bandOf } from '../../ui/risk-band';
import { Time } from '../../ui/time';

@Component({
  selector: 'vt-outcomes',
  imports: [BandBadge, CopyId, Empty, More, Pending, RouterLink, Time],
  template: `
    <vt-pending [query]="list()" [rows]="4" />
    @if (list().value(); as page) {
      @if (page.items.length) {
        <div class="table-scroll">
          <table class="table cards">
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Session</th>
                <th scope="col">Rule</th>
                <th scope="col">Risk then</th>
                <th scope="col">What became of it</th>
              </tr>
            </thead>
            <tbody>
              @for (one of page.items; track one.id) {
                <tr>
                  <td data-label="When"><vt-time [at]="one.at" /></td>
                  <td data-label="Session">
                    <span class="row nowrap">
                      <a [routerLink]="['/sessions', one.session_id]">Session</a>
                      <vt-copy [value]="one.session_id" what="session id" [short]="true" />
                    </span>
                  </td>
                  <td data-label="Rule">
                    {{ one.rule_name }}
                    @if (one.resource) {
                      <span class="small faint">for {{ one.resource }}</span>
                    }
                  </td>
                  <td data-label="Risk then">
                    <vt-band [band]="bandOf(one.risk_score)" [score]="one.risk_score" />
                  </td>
                  <td data-label="What became of it">
                    <span class="row wrap">
                      <span [class]="'chip ' + words[one.outcome].tone">{{
                        words[one.outcome].text
                      }}</span>
                      @if (one.said === 'owner') {
                        <span class="chip warn">Reported wrong</span>
                      } @else if (one.said === 'stranger') {
                        <span class="chip bad">A stranger, said its owner</span>
                      }
                      <span class="small faint">{{ more(one) }}</span>
                    </span>
                  </td>
                </tr>
              }
            </tbody>
          </table>
        </div>
      } @else {
        <vt-empty title="Nothing fits">Choose another rule, outcome or time.</vt-empty>
      }
      <vt-more [list]="list()" />
    }
  `,
  styles: `
    vt-copy {
      min-width: 11ch;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class OutcomeList {
  readonly list = input.required<ListQuery<PolicyOutcome>>();
  protected readonly words = OUTCOME;
  protected readonly bandOf = bandOf;

  protected more({ seconds_to_stop, wrong_proofs, settled_at, at, kind }: PolicyOutcome): string {
    if (seconds_to_stop !== null) {
      return `${duration(Math.max(1, seconds_to_stop))} after the first high score`;
    }
    const tried = wrong_proofs > 0 ? `${wrong_proofs} wrong, ` : '';
    if (!settled_at || kind === 'termination') return tried.replace(', ', '');
    const seconds = (Date.parse(settled_at) - Date.parse(at)) / 1000;
    return `${tried}after ${duration(Math.max(1, seconds))}`;
  }
}

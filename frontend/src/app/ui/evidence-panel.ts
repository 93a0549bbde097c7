// The same evidence panel everywhere: signed contributions that sum to the score, the raw signal, and what would change it.
import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { scoreText, signed } from '../core/format';
import type { RiskScore } from '../core/wire';
import { sumOf, toBars } from './evidence';
import { SOURCE } from './labels';
import { Time } from './time';

/** What is shown of a score, of now or of then. */
export type Evidence = Pick<RiskScore, 'session_id' | 'risk_score' | 'log_odds' | 'contributions'>;

@Component({
  selector: 'vt-evidence',
  imports: [Time, RouterLink],
  template: `
    <div class="axis" aria-hidden="true">
      <span>speaks for {{ own() ? 'you' : 'the owner' }}</span
      ><span>speaks for a stranger</span>
    </div>
    <ul>
      @for (bar of bars(); track bar.contribution.source + bar.contribution.value) {
        <li>
          <div class="what">
            <b>{{ names[bar.contribution.source] }}</b>
            <span class="soft">{{ bar.contribution.value }}</span>
          </div>
          <div class="bar" aria-hidden="true">
            <i [class.against]="bar.against" [style.--length]="bar.length / 2 + '%'"></i>
          </div>
          <b class="sum" [class.against]="bar.against">{{ sign(bar.contribution.log_odds) }}</b>
          <div class="raw faint">
            @if (bar.contribution.source !== 'prior') {
              seen <vt-time [at]="bar.contribution.observed_at" />
              @if (bar.left < 0.995) {
                as {{ sign(bar.contribution.weight) }}, {{ percent(bar.left) }} left
              }
            } @else {
              where every session begins
            }
            @if (bar.contribution.counterfactual; as change) {
              @if (score(change.score) !== score(risk().risk_score)) {
                <span class="change">
                  {{ change.action }}: {{ score(risk().risk_score) }} → {{ score(change.score) }}
                </span>
              }
            }
          </div>
        </li>
      }
    </ul>
    <div class="total">
      <span>
        Sum of the evidence
        <span class="faint"
          >100 / (1 + e<sup>−({{ sign(sum()) }})</sup>)</span
        >
      </span>
      <b>{{ sign(sum()) }}</b>
      <span class="gives"
        >gives <b>{{ score(risk().risk_score) }}</b></span
      >
    </div>
    @if (audit()) {
      <p class="foot small">
        <a routerLink="/audit" [queryParams]="{ subject: 'session:' + risk().session_id }">
          Audit records of this session
        </a>
      </p>
    }
  `,
  styleUrl: './evidence-panel.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class EvidencePanel {
  readonly risk = input.required<Evidence>();
  /** The reader is the person whom the score is about. */
  readonly own = input(false);
  /** The reader may open the audit log. */
  readonly audit = input(false);
  protected readonly names = SOURCE;
  protected readonly sign = signed;
  protected readonly score = scoreText;
  protected readonly bars = computed(() => toBars(this.risk().contributions));
  protected readonly sum = computed(() => sumOf(this.risk().contributions));
  protected readonly percent = (share: number) => `${Math.round(share * 100)} %`;
}

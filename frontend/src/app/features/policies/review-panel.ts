// What a draft gets wrong, and what it would make of the sessions that live now.
import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { plural } from '../../core/format';
import type { PolicyPreview } from '../../core/wire';
import { BandBadge } from '../../ui/band-badge';
import { Icon } from '../../ui/icon';
import { EFFECT } from '../../ui/labels';

@Component({
  selector: 'vt-review-panel',
  imports: [BandBadge, Icon, RouterLink],
  template: `
    <section class="card" aria-labelledby="review-title">
      <header>
        <h2 id="review-title">Review</h2>
        @if (checking()) {
          <span class="small faint">checking …</span>
        }
      </header>
      <div class="body list-of" aria-live="polite">
        @for (finding of preview()?.findings; track finding.path + finding.message) {
          <p [class]="'note ' + (finding.severity === 'error' ? 'bad' : 'warn')">
            <vt-icon name="alert" />
            <span
              ><b>{{ finding.severity === 'error' ? 'Refused' : 'Warning' }}</b>
              {{ finding.message }} {{ finding.fix }}
              <span class="mono faint">{{ finding.path }}</span></span
            >
          </p>
        } @empty {
          @if (preview()) {
            <p class="note good"><vt-icon name="check" />Nothing stands in the way.</p>
          }
        }
      </div>
    </section>
    <section class="card" aria-labelledby="preview-title">
      <header><h2 id="preview-title">Live sessions</h2></header>
      <div class="body list-of">
        <p>{{ answer() }}</p>
        @if (preview()?.sessions; as sessions) {
          @for (move of sessions.moves; track move.now + move.then) {
            <p class="row wrap">
              <b>{{ move.sessions }}</b>
              <span [class]="'chip ' + effects[move.now].tone">{{ effects[move.now].text }}</span>
              <vt-icon name="right" />
              <span [class]="'chip ' + effects[move.then].tone">{{ effects[move.then].text }}</span>
            </p>
          }
        }
      </div>
      @if (preview()?.sessions?.items; as items) {
        <ul class="list">
          @for (one of items; track one.id) {
            <li>
              <span class="grow">
                <a [routerLink]="['/sessions', one.id]">{{ one.user_name }}</a>
                <span class="small faint"> {{ one.rule_name }}</span>
              </span>
              <vt-band [band]="one.band" [score]="one.risk_score" />
              <span [class]="'chip ' + effects[one.then].tone">{{ effects[one.then].text }}</span>
            </li>
          }
        </ul>
      }
    </section>
  `,
  styles: `
    :host {
      display: grid;
      gap: var(--gap);
      align-content: start;
    }
    .list-of {
      display: grid;
      gap: 8px;
      font-size: var(--text-s);
    }
    .list {
      max-height: 320px;
      overflow: auto;
    }
    .mono {
      overflow-wrap: anywhere;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ReviewPanel {
  readonly preview = input.required<PolicyPreview | undefined>();
  readonly checking = input.required<boolean>();
  protected readonly effects = EFFECT;
  protected readonly answer = computed(() => {
    const preview = this.preview();
    if (!preview) return 'Reading …';
    const { sessions } = preview;
    if (!sessions) return 'Mend what is refused to see what it would do.';
    if (sessions.live === 0) return 'Nobody is signed in now.';
    const of = plural(sessions.live, 'live session');
    if (sessions.changed === 0) return `None of ${of} would be judged otherwise.`;
    return `${sessions.changed} of ${of} would be judged otherwise, each judged afresh.`;
  });
}

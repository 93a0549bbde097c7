// One API key in a list: what it may do, who made it, whether it is used and until when; what can be done is put inside.
import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { Clock } from '../core/clock';
import type { ApiKey } from '../core/wire';
import { Icon } from './icon';
import { Time } from './time';

export const keyWorks = ({ revoked_at, expires_at }: ApiKey, now: number): boolean =>
  !revoked_at && Date.parse(expires_at) > now;

@Component({
  selector: 'vt-key-line',
  imports: [Icon, Time],
  template: `
    <vt-icon name="key" />
    <div class="grow">
      <b>{{ key().name }}</b>&ngsp;<span class="mono faint">{{ key().prefix }}…</span>
      <div class="scopes">
        @for (scope of key().scopes; track scope) {
          <span class="chip">{{ scope }}</span>
        }
      </div>
      <div class="small faint">
        made by {{ key().created_by }} <vt-time [at]="key().created_at" />,
        @if (key().last_used_at; as at) {
          used <vt-time [at]="at" />
        } @else {
          never used
        }
        @if (works()) {
          · ends <vt-time [at]="key().expires_at" />
        }
      </div>
    </div>
    @if (works()) {
      <span class="row wrap"><ng-content /></span>
    } @else {
      <span class="chip" [class.bad]="key().revoked_at">{{
        key().revoked_at ? 'Revoked' : 'Expired'
      }}</span>
    }
  `,
  styles: `
    :host {
      display: contents;
    }
    .grow {
      flex-basis: 240px;
    }
    .small {
      font-size: var(--text-xs);
    }
    .scopes {
      display: flex;
      flex-wrap: wrap;
      gap: 4px;
      margin-block: 3px;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class KeyLine {
  readonly key = input.required<ApiKey>();
  private readonly clock = inject(Clock);
  protected readonly works = computed(() => keyWorks(this.key(), this.clock.now()));
}

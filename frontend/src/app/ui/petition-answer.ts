// An appeal or request as its person sees it: what was asked, and what was answered.
import { ChangeDetectionStrategy, Component, input, output } from '@angular/core';
import type { Petition } from '../core/wire';
import { PETITION_STATUS } from './labels';
import { Time } from './time';

@Component({
  selector: 'vt-petition-answer',
  imports: [Time],
  template: `
    <div class="row wrap">
      <span [class]="'chip ' + labels[petition().status].tone">{{
        labels[petition().status].text
      }}</span>
      <span class="small faint">
        asked <vt-time [at]="petition().created_at" />
        @if (petition().answered_at; as at) {
          · {{ petition().status === 'withdrawn' ? 'withdrawn' : 'answered' }}
          <vt-time [at]="at" />
        }
      </span>
      <span class="grow"></span>
      @if (petition().status === 'open') {
        <button type="button" class="btn quiet" (click)="withdraw.emit()">Withdraw</button>
      }
    </div>
    <blockquote>{{ petition().text }}</blockquote>
    @if (petition().answer; as answer) {
      <p class="small"><b>The answer:</b> {{ answer }}</p>
    } @else if (petition().status === 'open') {
      <p class="small soft">An admin reads it; you are told as soon as it is answered.</p>
    }
  `,
  styles: `
    :host {
      display: grid;
      gap: 8px;
    }
    blockquote {
      margin: 0;
      padding: 2px 0 2px 12px;
      border-left: 3px solid var(--line);
      color: var(--ink-soft);
      font-size: var(--text-s);
      white-space: pre-wrap;
      overflow-wrap: anywhere;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class PetitionAnswer {
  readonly petition = input.required<Petition>();
  readonly withdraw = output<void>();
  protected readonly labels = PETITION_STATUS;
}

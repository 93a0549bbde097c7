// The own sessions: which live, from where, and how to end one.
import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { Api } from '../../core/api';
import { Identity } from '../../core/identity';
import { listQuery } from '../../core/query';
import { Toasts } from '../../core/toasts';
import type { RiskScore, Session } from '../../core/wire';
import { BandBadge } from '../../ui/band-badge';
import { Confirm } from '../../ui/confirm';
import { SESSION_STATE } from '../../ui/labels';
import { More } from '../../ui/more';
import { Pending } from '../../ui/pending';
import { Time } from '../../ui/time';

@Component({
  selector: 'vt-own-sessions',
  imports: [BandBadge, More, Pending, RouterLink, Time],
  template: `
    <section class="card" aria-labelledby="own-sessions-title">
      <header><h2 id="own-sessions-title">Your sessions</h2></header>
      <vt-pending [query]="sessions" />
      @if (sessions.value(); as page) {
        <div class="table-scroll">
          <table class="table cards">
            <thead>
              <tr>
                <th scope="col">Device</th>
                <th scope="col">State</th>
                <th scope="col">Risk</th>
                <th scope="col">Address</th>
                <th scope="col">Started</th>
                <th scope="col">Last seen</th>
                <th scope="col"><span class="sr-only">Actions</span></th>
              </tr>
            </thead>
            <tbody>
              @for (session of page.items; track session.id) {
                <tr>
                  <td data-label="Device">
                    <span>
                      {{ session.device_label }}
                      @if (session.id === identity.session()?.id) {
                        <span class="chip accent">this one</span>
                      }
                    </span>
                  </td>
                  <td data-label="State">
                    <span
                      [class]="'chip ' + states[session.state].tone"
                      [title]="session.state_reason ?? ''"
                    >
                      {{ states[session.state].text }}
                    </span>
                  </td>
                  <td data-label="Risk">
                    @let scored = newestOf(session);
                    <vt-band [band]="scored.band" [score]="scored.risk_score" />
                  </td>
                  <td data-label="Address" class="mono">{{ session.address }}</td>
                  <td data-label="Started"><vt-time [at]="session.started_at" /></td>
                  <td data-label="Last seen"><vt-time [at]="session.last_seen_at" /></td>
                  <td class="right">
                    <div class="row end">
                      @if (session.state_reason) {
                        <a class="btn quiet" [routerLink]="['/why', 'session', session.id]">Why</a>
                      }
                      @if (session.id !== identity.session()?.id) {
                        <button type="button" class="btn quiet" (click)="disown(session)">
                          Wasn’t me
                        </button>
                        @if (!session.ended_at) {
                          <button type="button" class="btn" (click)="end(session)">End</button>
                        }
                      }
                    </div>
                  </td>
                </tr>
              }
            </tbody>
          </table>
        </div>
        <vt-more [list]="sessions" />
      }
    </section>
  `,
  styles: `
    .end {
      justify-content: flex-end;
      gap: 4px;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class OwnSessions {
  /** The score of one of them as it is now; the list holds what was stored. */
  readonly risk = input<RiskScore | null>(null);
  protected readonly identity = inject(Identity);
  private readonly api = inject(Api);
  private readonly confirm = inject(Confirm);
  private readonly toasts = inject(Toasts);
  private readonly router = inject(Router);
  protected readonly states = SESSION_STATE;
  protected readonly sessions = listQuery(
    () => ({}),
    (_, cursor, signal) =>
      this.api.call('GET /api/v1/me/sessions', { query: { cursor, limit: 10 }, signal }),
  );

  protected newestOf(session: Session): Pick<Session, 'risk_score' | 'band'> {
    const risk = this.risk();
    return risk?.session_id === session.id ? risk : session;
  }

  protected async end({ id, device_label }: Session): Promise<void> {
    const consent = await this.confirm.ask({
      title: `End the session on ${device_label}?`,
      consequence: 'Whoever uses it is signed out at once and must sign in again.',
      confirm: 'End session',
      danger: true,
    });
    if (!consent) return;
    try {
      await this.api.call('DELETE /api/v1/me/sessions/:id', { params: { id } });
      this.toasts.say('The session has ended.');
      await this.sessions.reload();
    } catch (error) {
      this.toasts.fail('The session was not ended.', error);
    }
  }

  protected async disown({ id, device_label }: Session): Promise<void> {
    const consent = await this.confirm.ask({
      title: `The session on ${device_label} was not you?`,
      consequence:
        'It ends at once if it still lives, what it taught your model is forgotten, and an alert is raised. Then change your password: whoever used it may know it.',
      confirm: 'It was not me',
      danger: true,
    });
    if (!consent) return;
    try {
      await this.api.call('POST /api/v1/me/verdicts', {
        body: { session_id: id, verdict: 'not_me' },
      });
      this.toasts.say('Thank you. Now change your password.', {
        label: 'Change it',
        run: () => void this.router.navigateByUrl('/account'),
      });
      await this.sessions.reload();
    } catch (error) {
      this.toasts.fail('Your word was not recorded.', error);
    }
  }
}

// Why me: what happened, on what evidence, by which rule, what would change it, and what the person can do.
import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  computed,
  inject,
  input,
  signal,
} from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { Api } from '../../core/api';
import { type ClientProblem, toApiError } from '../../core/api-error';
import { unlessDeclined } from '../../core/fresh-proof';
import { Identity } from '../../core/identity';
import { query } from '../../core/query';
import { Realtime } from '../../core/socket';
import { Toasts } from '../../core/toasts';
import type { Why } from '../../core/wire';
import { Back } from '../../ui/back';
import { Confirm } from '../../ui/confirm';
import { CopyId } from '../../ui/copy-id';
import { Empty } from '../../ui/empty';
import { EvidencePanel } from '../../ui/evidence-panel';
import { Icon } from '../../ui/icon';
import { SESSION_STATE } from '../../ui/labels';
import { Pending, ProblemNote } from '../../ui/pending';
import { PetitionAnswer } from '../../ui/petition-answer';
import { RiskScale } from '../../ui/risk-scale';
import { Time } from '../../ui/time';
import { Value } from '../../ui/value';
import { WhatIfs } from '../../ui/what-ifs';

@Component({
  selector: 'vt-why-page',
  imports: [
    Back,
    CopyId,
    Empty,
    EvidencePanel,
    Icon,
    Pending,
    PetitionAnswer,
    ProblemNote,
    RiskScale,
    RouterLink,
    Time,
    Value,
    WhatIfs,
  ],
  templateUrl: './why-page.html',
  styles: `
    h3 {
      margin-bottom: 6px;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class WhyPage {
  readonly kind = input.required<Why['kind']>();
  readonly id = input.required<string>();
  private readonly api = inject(Api);
  private readonly confirm = inject(Confirm);
  private readonly identity = inject(Identity);
  private readonly realtime = inject(Realtime);
  private readonly router = inject(Router);
  private readonly toasts = inject(Toasts);

  protected readonly states = SESSION_STATE;
  protected readonly text = signal('');
  protected readonly busy = signal(false);
  protected readonly problem = signal<ClientProblem | undefined>(undefined);
  protected readonly why = query(
    () => ({ kind: this.kind(), id: this.id(), connections: this.realtime.connections() }),
    ({ kind, id }, abort) =>
      this.api.call('GET /api/v1/me/why/:kind/:id', { params: { kind, id }, signal: abort }),
  );
  /** It is no longer so, or was about a moment. */
  protected readonly past = computed(() => {
    const why = this.why.value();
    return why?.kind !== 'session' || Boolean(why.session?.ended_at);
  });

  constructor() {
    this.realtime.on('petition_update', () => void this.why.reload(), inject(DestroyRef));
  }

  protected prove(): void {
    void this.identity.askStepUp('You asked to prove who you are: it lowers your score.');
  }

  protected async say(verdict: 'me' | 'not_me'): Promise<void> {
    const session = this.why.value()?.session;
    if (!session) return;
    if (verdict === 'not_me') {
      const consent = await this.confirm.ask({
        title: `The session on ${session.device_label} was not you?`,
        consequence:
          'It ends at once, what it taught your model is forgotten, and an alert is raised. Then change your password: whoever used it may know it.',
        confirm: 'It was not me',
        danger: true,
      });
      if (!consent) return;
    }
    try {
      const body = { session_id: session.id, verdict };
      const said = await unlessDeclined(() => this.api.call('POST /api/v1/me/verdicts', { body }));
      if (!said) return;
      if (verdict === 'me') this.toasts.say('Thank you. Your word counts as evidence.');
      else {
        this.toasts.say('The session has ended. Change your password now.', {
          label: 'Change it',
          run: () => void this.router.navigateByUrl('/account'),
        });
      }
      await this.why.reload();
    } catch (error) {
      this.toasts.fail('Your word was not recorded.', error);
    }
  }

  protected async appeal(): Promise<void> {
    const text = this.text().trim();
    if (text.length < 10 || this.busy()) return;
    this.busy.set(true);
    try {
      await this.api.call('POST /api/v1/me/appeals', {
        body: { [`${this.kind()}_id`]: this.id(), text },
      });
      this.text.set('');
      this.problem.set(undefined);
      this.toasts.say('An admin reads your appeal; you are told as soon as it is answered.');
      await this.why.reload();
    } catch (error) {
      this.problem.set(toApiError(error).problem);
    }
    this.busy.set(false);
  }

  protected async withdraw(id: string): Promise<void> {
    try {
      await this.api.call('DELETE /api/v1/me/petitions/:id', { params: { id } });
      this.toasts.say('Your appeal is withdrawn.');
    } catch (error) {
      this.toasts.fail('It was not withdrawn.', error);
    }
    await this.why.reload();
  }
}

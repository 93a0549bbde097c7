// One appeal or request: the words of the person beside the evidence of then, and the answer.
import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  computed,
  inject,
  input,
  signal,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { Api } from '../../core/api';
import { type ClientProblem, toApiError } from '../../core/api-error';
import { Identity } from '../../core/identity';
import { query } from '../../core/query';
import { Realtime } from '../../core/socket';
import { Toasts } from '../../core/toasts';
import type { Request } from '../../core/wire';
import { Back } from '../../ui/back';
import { CopyId } from '../../ui/copy-id';
import { type Evidence, EvidencePanel } from '../../ui/evidence-panel';
import { PETITION_STATUS } from '../../ui/labels';
import { Pending, ProblemNote } from '../../ui/pending';
import { RiskScale } from '../../ui/risk-scale';
import { Time } from '../../ui/time';
import { Value } from '../../ui/value';

type Outcome = Request<'POST /api/v1/petitions/:id/answer'>['body']['outcome'];
interface Choice {
  outcome: Outcome;
  text: string;
  good: boolean;
}

const CHOICES = {
  appeal: [
    { outcome: 'overturned', text: 'The person is right', good: true },
    { outcome: 'upheld', text: 'The decision stands', good: false },
  ],
  baseline: [
    { outcome: 'approved', text: 'Approve', good: true },
    { outcome: 'refused', text: 'Refuse', good: false },
  ],
} as const satisfies Record<string, readonly Choice[]>;

@Component({
  selector: 'vt-petition-page',
  imports: [Back, CopyId, EvidencePanel, Pending, ProblemNote, RiskScale, RouterLink, Time, Value],
  templateUrl: './petition-page.html',
  styles: `
    .words {
      white-space: pre-wrap;
      overflow-wrap: anywhere;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class PetitionPage {
  readonly id = input.required<string>();
  private readonly api = inject(Api);
  private readonly identity = inject(Identity);
  private readonly realtime = inject(Realtime);
  private readonly toasts = inject(Toasts);
  protected readonly labels = PETITION_STATUS;
  protected readonly reason = signal('');
  protected readonly busy = signal(false);
  protected readonly problem = signal<ClientProblem | undefined>(undefined);
  protected readonly petition = query(
    () => ({ id: this.id(), connections: this.realtime.connections() }),
    ({ id }, abort) =>
      this.api.call('GET /api/v1/petitions/:id', { params: { id }, signal: abort }),
  );
  protected readonly own = computed(
    () => this.petition.value()?.user_id === this.identity.user()?.id,
  );
  protected readonly choices = computed<readonly Choice[]>(
    () => CHOICES[this.petition.value()?.kind ?? 'appeal'],
  );
  protected readonly consequence = computed(() =>
    this.petition.value()?.kind === 'baseline'
      ? 'Approved, it begins at once and ends by itself. Both are on record.'
      : 'If the person is right it counts as evidence for a session that still lives, and its alerts are closed as false.',
  );
  protected readonly answer = computed(() => {
    const petition = this.petition.value();
    if (!petition) return 'Appeal';
    return petition.kind === 'appeal'
      ? `${petition.user_name} appeals`
      : `${petition.user_name} asks for a temporary baseline`;
  });
  /** The evidence of then, for the panel that shows a score of now as well. */
  protected readonly then = computed<Evidence | undefined>(() => {
    const petition = this.petition.value();
    const evidence = petition?.evidence;
    if (!petition?.session_id || !evidence?.contributions.length) return undefined;
    const { risk_score, contributions } = evidence;
    return {
      session_id: petition.session_id,
      risk_score,
      contributions,
      log_odds: contributions.reduce((sum, { log_odds }) => sum + log_odds, 0),
    };
  });

  constructor() {
    this.realtime.on(
      'petition_update',
      ({ petition }) => {
        if (petition.id === this.id()) void this.petition.reload();
      },
      inject(DestroyRef),
    );
  }

  protected async give(outcome: Outcome): Promise<void> {
    const reason = this.reason().trim();
    if (reason.length < 3 || this.busy()) return;
    this.busy.set(true);
    try {
      this.petition.set(
        await this.api.call('POST /api/v1/petitions/:id/answer', {
          params: { id: this.id() },
          body: { outcome, reason },
        }),
      );
      this.problem.set(undefined);
      this.reason.set('');
      this.toasts.say('Answered. The person is told.');
    } catch (error) {
      this.problem.set(toApiError(error).problem);
    }
    this.busy.set(false);
  }
}

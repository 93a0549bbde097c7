// Audit: who did what, in the log; anybody with the right can have all of it walked.
import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Api } from '../../core/api';
import { type ClientProblem, toApiError } from '../../core/api-error';
import { download } from '../../core/download';
import { facts, plural, wholeNumber } from '../../core/format';
import { Identity } from '../../core/identity';
import { listQuery } from '../../core/query';
import { oneOf, urlState } from '../../core/url-state';
import type { AuditAction, ChainCheck } from '../../core/wire';
import { CopyId } from '../../ui/copy-id';
import { Choice } from '../../ui/choice';
import { Empty } from '../../ui/empty';
import { Icon } from '../../ui/icon';
import { More } from '../../ui/more';
import { Pending, ProblemNote } from '../../ui/pending';
import { SearchBox } from '../../ui/search-box';
import { Time } from '../../ui/time';
import { ACTION } from './actions';
import { type Party, partyOf } from './party';

const OUTCOMES = ['success', 'failure'] as const;

@Component({
  selector: 'vt-audit-page',
  imports: [CopyId, Empty, Icon, More, Pending, ProblemNote, RouterLink, Time, Choice, SearchBox],
  templateUrl: './audit-page.html',
  styleUrl: './audit-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class AuditPage {
  readonly actor = input<string>();
  readonly subject = input<string>();
  readonly action = input<string>();
  readonly outcome = input<string>();
  private readonly api = inject(Api);
  private readonly identity = inject(Identity);
  protected readonly setUrl = urlState();
  private readonly actions = Object.keys(ACTION) as AuditAction[];
  protected readonly actionWords = ACTION;
  protected readonly outcomeWords = { success: 'Success', failure: 'Failure' };
  protected readonly number = wholeNumber;
  protected readonly details = facts;
  protected readonly open = signal<number | undefined>(undefined);
  protected readonly check = signal<ChainCheck | undefined>(undefined);
  protected readonly checking = signal(false);
  protected readonly problem = signal<ClientProblem | undefined>(undefined);

  protected readonly records = listQuery(
    () => ({
      actor: this.actor(),
      subject: this.subject(),
      action: oneOf(this.actions, this.action(), undefined),
      outcome: oneOf(OUTCOMES, this.outcome(), undefined),
    }),
    (query, cursor, signal) =>
      this.api.call('GET /api/v1/audit', { query: { ...query, cursor }, signal }),
  );
  protected readonly answer = computed(() => {
    const check = this.check();
    if (check?.broken_at) return `The log does not hold: ${check.broken_at.where}`;
    if (check?.intact) return `The log is intact: ${plural(check.records, 'record')}`;
    const page = this.records.value();
    return page ? plural(page.total, 'audit record') : 'Audit';
  });
  protected readonly filtered = computed(
    () => this.actor() || this.subject() || this.action() || this.outcome(),
  );

  protected party(text: string): Party {
    return partyOf(text, this.identity.user()?.role === 'admin');
  }

  protected async verify(): Promise<void> {
    this.checking.set(true);
    this.problem.set(undefined);
    try {
      this.check.set(await this.api.call('GET /api/v1/audit/verify'));
    } catch (error) {
      this.problem.set(toApiError(error).problem);
    }
    this.checking.set(false);
  }

  protected export(): void {
    const lines = (this.records.value()?.items ?? []).map((entry) => JSON.stringify(entry));
    download('audit.jsonl', 'application/jsonl', lines.join('\n'));
  }
}

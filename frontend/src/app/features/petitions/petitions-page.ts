// The queue of appeals and requests: who asks what, how it stands, and a way to each.
import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  computed,
  inject,
  input,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { Api } from '../../core/api';
import { plural } from '../../core/format';
import { listQuery } from '../../core/query';
import { Realtime } from '../../core/socket';
import { oneOf, urlState } from '../../core/url-state';
import { BandBadge } from '../../ui/band-badge';
import { Choice } from '../../ui/choice';
import { Empty } from '../../ui/empty';
import { Icon } from '../../ui/icon';
import { keysOf, PETITION_KIND, PETITION_STATUS } from '../../ui/labels';
import { PagedList } from '../../ui/paged-list';
import { SearchBox } from '../../ui/search-box';
import { Time } from '../../ui/time';

const STATUSES = ['all', ...keysOf(PETITION_STATUS)] as const;
const KINDS = keysOf(PETITION_KIND);

@Component({
  selector: 'vt-petitions-page',
  imports: [BandBadge, Choice, Empty, Icon, PagedList, RouterLink, SearchBox, Time],
  template: `
    <div class="page">
      <div class="page-head">
        <div class="grow">
          <h1>{{ answer() }}</h1>
          <p class="lead">
            What people say was wrong, and what they ask for. Each is told the answer and its
            reason.
          </p>
        </div>
      </div>
      <div class="filters" role="search" aria-label="Filter appeals">
        <vt-search placeholder="Person, words …" [value]="q()" (settled)="setUrl({ q: $event })" />
        <vt-choice
          label="Status"
          [words]="statusWords"
          [value]="statusIn()"
          (chosen)="setUrl({ status: $event === 'open' ? '' : $event })"
        />
        <vt-choice
          label="Kind"
          any="Any kind"
          [words]="kindWords"
          [value]="kindIn()"
          (chosen)="setUrl({ kind: $event })"
        />
        @if (user_id()) {
          <button type="button" class="btn on" (click)="setUrl({ user_id: '' })">
            Of one person<vt-icon name="close" />
          </button>
        }
      </div>
      <vt-paged-list label="Appeals and requests" [list]="petitions">
        <table class="table cards">
          <thead>
            <tr>
              <th scope="col">About</th>
              <th scope="col">Person</th>
              <th scope="col">Kind</th>
              <th scope="col">Risk then</th>
              <th scope="col">Status</th>
              <th scope="col">Asked</th>
            </tr>
          </thead>
          <tbody>
            @for (one of petitions.value()?.items; track one.id) {
              <tr>
                <td>
                  <div class="what">
                    <a class="about" [routerLink]="['/appeals', one.id]">{{ one.about }}</a>
                    <p class="small soft clip">{{ one.text }}</p>
                  </div>
                </td>
                <td data-label="Person">
                  <a [routerLink]="['/users', one.user_id]">{{ one.user_name }}</a>
                </td>
                <td data-label="Kind">{{ kindWords[one.kind] }}</td>
                <td data-label="Risk then">
                  @if (one.evidence; as evidence) {
                    <vt-band [band]="evidence.band" [score]="evidence.risk_score" />
                  }
                </td>
                <td data-label="Status">
                  <span [class]="'chip ' + labels[one.status].tone">{{
                    labels[one.status].text
                  }}</span>
                </td>
                <td data-label="Asked"><vt-time [at]="one.created_at" /></td>
              </tr>
            }
          </tbody>
        </table>
        <vt-empty icon="check" [title]="filtered() ? 'Nothing fits' : 'Nobody waits for you'">
          @if (filtered()) {
            Take a filter away to see more.
            <a routerLink="/appeals">Show what is open</a>
          } @else {
            People appeal against a step-up, a restriction, an ended session or an alert, and ask
            for a temporary baseline. They stand here until they are answered.
          }
        </vt-empty>
      </vt-paged-list>
    </div>
  `,
  styles: `
    .what {
      display: grid;
      min-width: 0;
      max-width: 72ch;
    }
    .about {
      display: -webkit-box;
      overflow: hidden;
      font-weight: 550;
      -webkit-box-orient: vertical;
      -webkit-line-clamp: 2;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class PetitionsPage {
  readonly q = input<string>();
  readonly status = input<string>();
  readonly kind = input<string>();
  readonly user_id = input<string>();
  protected readonly setUrl = urlState();
  private readonly api = inject(Api);
  private readonly realtime = inject(Realtime);
  protected readonly statusWords = { ...PETITION_STATUS, all: 'Any status' };
  protected readonly labels = PETITION_STATUS;
  protected readonly kindWords = PETITION_KIND;
  protected readonly statusIn = computed(() => oneOf(STATUSES, this.status(), 'open'));
  protected readonly kindIn = computed(() => oneOf(KINDS, this.kind(), undefined));
  protected readonly filtered = computed(
    () => this.statusIn() !== 'open' || Boolean(this.q() || this.kindIn() || this.user_id()),
  );
  protected readonly petitions = listQuery(
    () => ({
      q: this.q() || undefined,
      kind: this.kindIn(),
      status: this.statusIn(),
      user_id: this.user_id() || undefined,
      connections: this.realtime.connections(),
    }),
    ({ connections: _, status, ...filter }, cursor, signal) =>
      this.api.call('GET /api/v1/petitions', {
        query: { ...filter, ...(status === 'all' ? {} : { status }), cursor, limit: 30 },
        signal,
      }),
  );
  protected readonly answer = computed(() => {
    const page = this.petitions.value();
    if (!page || this.filtered()) return 'Appeals and requests';
    return page.total === 0
      ? 'No appeal waits for an answer'
      : `${plural(page.total, 'person waits', 'people wait')} for an answer`;
  });

  constructor() {
    this.realtime.on('petition_update', () => void this.petitions.reload(), inject(DestroyRef));
  }
}

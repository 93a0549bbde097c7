// Sessions: the live list by risk, filtered by the address, kept calm while somebody reads it.
import { CdkMenu, CdkMenuItem, CdkMenuItemCheckbox, CdkMenuTrigger } from '@angular/cdk/menu';
import {
  CdkFixedSizeVirtualScroll,
  CdkVirtualForOf,
  CdkVirtualScrollViewport,
} from '@angular/cdk/scrolling';
import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  computed,
  effect,
  inject,
  input,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { Api } from '../../core/api';
import { download } from '../../core/download';
import { plural, riskText } from '../../core/format';
import { Preferences } from '../../core/preferences';
import { query } from '../../core/query';
import { Shortcuts } from '../../core/shortcuts';
import { Realtime } from '../../core/socket';
import { Toasts } from '../../core/toasts';
import { oneOf, urlState } from '../../core/url-state';
import { BandBadge } from '../../ui/band-badge';
import { Choice } from '../../ui/choice';
import { Empty } from '../../ui/empty';
import { Icon } from '../../ui/icon';
import { SESSION_STATE, keysOf } from '../../ui/labels';
import { Pending } from '../../ui/pending';
import { BAND_ORDER, BAND_WORDS } from '../../ui/risk-band';
import { Sparkline } from '../../ui/sparkline';
import { SearchBox } from '../../ui/search-box';
import { Time } from '../../ui/time';
import { LiveSessions } from './live-sessions';
import { COLUMNS, type Column, ColumnChoice } from './column-choice';
import { SessionActions } from './session-actions';
import { LIVE, type Row, SORTS, type Sort } from './session-rows';
import { Resting } from '../../ui/resting';

const SORT_WORDS = {
  risk: 'Highest risk',
  last_seen: 'Last seen',
  started: 'Newest',
} as const satisfies Record<Sort, string>;

const MOST_ROWS = 2_000;
const STATES = ['live', ...keysOf(SESSION_STATE)] as const;
const PHONE = '(max-width: 720px)';

@Component({
  selector: 'vt-sessions-page',
  imports: [
    BandBadge,
    CdkFixedSizeVirtualScroll,
    CdkMenu,
    CdkMenuItem,
    CdkMenuItemCheckbox,
    CdkMenuTrigger,
    CdkVirtualForOf,
    CdkVirtualScrollViewport,
    Empty,
    Icon,
    Pending,
    Resting,
    RouterLink,
    Sparkline,
    Time,
    Choice,
    SearchBox,
  ],
  providers: [LiveSessions, ColumnChoice],
  templateUrl: './sessions-page.html',
  styleUrl: './sessions-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class SessionsPage {
  readonly state = input<string>();
  readonly band = input<string>();
  readonly q = input<string>();
  readonly sort = input<string>();

  protected readonly live = inject(LiveSessions);
  protected readonly columns = inject(ColumnChoice);
  protected readonly actions = inject(SessionActions);
  private readonly api = inject(Api);
  private readonly realtime = inject(Realtime);
  private readonly router = inject(Router);
  private readonly toasts = inject(Toasts);
  private readonly preferences = inject(Preferences);
  protected readonly setUrl = urlState();
  private readonly viewport = viewChild(CdkVirtualScrollViewport);
  private readonly search = viewChild.required(SearchBox);

  protected readonly stateWords = { live: 'All live', ...SESSION_STATE };
  protected readonly stateLabels = SESSION_STATE;
  protected readonly bandWords = BAND_WORDS;
  protected readonly sortWords = SORT_WORDS;
  protected readonly allColumns = COLUMNS;
  protected readonly stateIn = computed(() => oneOf(STATES, this.state(), 'live'));
  protected readonly bandIn = computed(() => oneOf(BAND_ORDER, this.band(), undefined));
  protected readonly sortIn = computed(() => oneOf(SORTS, this.sort(), 'risk'));
  protected readonly selected = signal(-1);
  private readonly phone = signal(matchMedia(PHONE).matches);
  protected readonly rowHeight = computed(() =>
    this.phone() ? 64 : this.preferences.density() === 'compact' ? 36 : 48,
  );

  protected readonly sessions = query(
    () => ({
      state: this.stateIn(),
      band: this.bandIn(),
      q: this.q(),
      sort: this.sortIn(),
      missed: this.realtime.missed(),
    }),
    ({ state, band, q, sort }, signal) =>
      this.api.call('GET /api/v1/sessions', {
        query: { state, band, q, sort, limit: MOST_ROWS },
        signal,
      }),
  );
  protected readonly ended = computed(() => {
    const state = this.stateIn();
    return state !== 'live' && !LIVE.includes(state);
  });
  protected readonly answer = computed(() => {
    if (!this.sessions.value()) return 'Sessions';
    const rows = this.live.shown();
    const waiting = rows.filter(
      ({ session: { state } }) => state === 'step_up' || state === 'restricted',
    );
    const high = rows.filter(({ session: { band } }) => band === 'high' || band === 'critical');
    if (this.stateIn() !== 'live') return plural(rows.length, 'session');
    if (rows.length === 0) return 'No live session fits';
    if (waiting.length + high.length === 0)
      return `${plural(rows.length, 'live session')}, none needs you`;
    return [
      high.length ? `${plural(high.length, 'session')} at high risk` : '',
      waiting.length ? `${plural(waiting.length, 'session')} held until proof` : '',
    ]
      .filter(Boolean)
      .join(', ');
  });

  constructor() {
    const until = inject(DestroyRef);
    effect(() => {
      const page = this.sessions.value();
      if (page) {
        untracked(() =>
          this.live.fill(page.items, { state: this.stateIn(), band: this.bandIn() }, this.sortIn()),
        );
      }
    });
    this.realtime.join('join_admin_room', {}, undefined, until);
    this.realtime.on('risk_score_update', (risk) => this.live.hear(risk), until);
    this.realtime.on(
      'admin_notification',
      ({ kind }) => {
        if (kind === 'session' && !this.live.paused()) void this.sessions.reload();
      },
      until,
    );
    const media = matchMedia(PHONE);
    const resize = () => this.phone.set(media.matches);
    media.addEventListener('change', resize);
    until.onDestroy(() => {
      media.removeEventListener('change', resize);
      this.live.stop();
    });
    this.registerShortcuts(until);
  }

  protected readonly byId = (_: number, { session }: Row): string => session.id;

  protected choose(change: Record<string, string>): void {
    this.setUrl(change);
  }

  protected has(column: Column): boolean {
    return this.columns.chosen().has(column);
  }

  protected async terminate(row: Row): Promise<void> {
    const ended = await this.actions.terminate(row.session);
    if (ended) this.live.replace(ended);
  }

  protected async askStepUp(row: Row): Promise<void> {
    const asked = await this.actions.askStepUp(row.session);
    if (asked) this.live.replace(asked);
  }

  protected async exportCsv(): Promise<void> {
    try {
      const text = await this.api.call('GET /api/v1/sessions/export', {
        query: { state: this.stateIn(), band: this.bandIn(), q: this.q(), sort: this.sortIn() },
      });
      download('sessions.csv', 'text/csv', text);
    } catch (error) {
      this.toasts.fail('Nothing was exported.', error);
    }
  }

  protected exportJson(): void {
    const sessions = this.live.shown().map(({ session }) => session);
    download('sessions.json', 'application/json', JSON.stringify(sessions, null, 2));
  }

  protected readonly label = ({ session }: Row): string =>
    `${session.user_name}, ${riskText(session.risk_score)}, ${this.stateLabels[session.state].text}`;

  private move(step: number): void {
    const count = this.live.shown().length;
    if (count === 0) return;
    const next = Math.max(0, Math.min(count - 1, this.selected() + step));
    this.selected.set(next);
    this.live.held.set(true);
    this.viewport()?.scrollToIndex(Math.max(0, next - 4));
  }

  private withSelected(act: (row: Row) => void): void {
    const row = this.live.shown()[this.selected()];
    if (row) act(row);
  }

  private registerShortcuts(until: DestroyRef): void {
    const group = 'Sessions';
    inject(Shortcuts).register(
      [
        { keys: 'j', about: 'Next session', group, run: () => this.move(1) },
        { keys: 'k', about: 'Session before', group, run: () => this.move(-1) },
        {
          keys: 'enter',
          about: 'Open it',
          group,
          run: () =>
            this.withSelected(
              ({ session }) => void this.router.navigate(['/sessions', session.id]),
            ),
        },
        {
          keys: 'x',
          about: 'Terminate it',
          group,
          run: () => this.withSelected((row) => void this.terminate(row)),
        },
        { keys: 'p', about: 'Pause or go on', group, run: () => this.live.togglePause() },
        {
          keys: '/',
          about: 'Filter by text',
          group,
          run: () => this.search().focus(),
        },
      ],
      until,
    );
  }
}

// A call of the API tried from here with a pasted key: the reply as it came, and the same call as a line for a shell.
import { ChangeDetectionStrategy, Component, computed, signal } from '@angular/core';
import { type ClientProblem, toApiError } from '../../core/api-error';
import { ProblemNote } from '../../ui/pending';
import { Value } from '../../ui/value';
import { type TriedCall, curlLine } from './curl-line';
import { Snippet } from './snippet';

interface Example extends TriedCall {
  name: string;
}

const EXAMPLES: readonly Example[] = [
  { name: 'Live sessions', method: 'GET', path: '/api/v1/sessions?state=live&limit=5', body: '' },
  { name: 'Alerts that wait', method: 'GET', path: '/api/alerts?status=open&limit=5', body: '' },
  { name: 'The policy in force', method: 'GET', path: '/api/v1/policies/current', body: '' },
  { name: 'Newest audit records', method: 'GET', path: '/api/v1/audit?limit=5', body: '' },
  {
    name: 'Hand over a session of a user',
    method: 'POST',
    path: '/api/v1/sessions',
    body: '{\n  "user": { "id": "your id of the user" }\n}',
  },
];

/** Longer replies are cut here: they are read, not kept. */
const MOST_SHOWN = 20_000;

interface Answer {
  status: number;
  milliseconds: number;
  text: string;
}

@Component({
  selector: 'vt-call-card',
  imports: [ProblemNote, Snippet, Value],
  template: `
    <section class="card" aria-labelledby="call-title">
      <header><h2 id="call-title">Try a call</h2></header>
      <form class="body stack" (submit)="$event.preventDefault(); send()">
        <label class="field">
          <span>API key</span>
          <input
            class="input mono"
            type="password"
            autocomplete="off"
            spellcheck="false"
            placeholder="vk_…"
            required
            [(vtValue)]="key"
          />
          <span class="hint">
            It goes from this field to this server with the call, and is kept nowhere: leaving the
            page forgets it.
          </span>
        </label>
        <label class="field">
          <span>Begin with</span>
          <select class="input wide" [vtValue]="'0'" (vtValueChange)="begin($event)">
            @for (example of examples; track example.name) {
              <option [value]="$index">{{ example.name }}</option>
            }
          </select>
        </label>
        <div class="field">
          <span id="call-request">Request</span>
          <div class="request" role="group" aria-labelledby="call-request">
            <select
              class="input"
              aria-label="Method"
              [vtValue]="method()"
              (vtValueChange)="use($event)"
            >
              <option>GET</option>
              <option>POST</option>
            </select>
            <input
              class="input mono"
              aria-label="Path"
              spellcheck="false"
              autocomplete="off"
              required
              [attr.aria-invalid]="path() !== '' && !pathFits()"
              [(vtValue)]="path"
            />
          </div>
          @if (!pathFits()) {
            <span class="hint">It begins with /api/ and stays on this server.</span>
          }
        </div>
        @if (method() === 'POST') {
          <label class="field">
            <span>Body, JSON</span>
            <textarea class="input mono" rows="5" spellcheck="false" [(vtValue)]="body"></textarea>
            <span class="hint">It is a real call: what it changes is changed.</span>
          </label>
        }
        <div>
          <button type="submit" class="btn primary" [disabled]="!ready() || busy()">
            {{ busy() ? 'Sending …' : 'Send' }}
          </button>
        </div>
        @if (problem(); as problem) {
          <vt-problem [problem]="problem" />
        }
        @if (answer(); as answer) {
          <p class="row small" role="status">
            <span
              class="chip"
              [class.good]="answer.status < 400"
              [class.bad]="answer.status >= 400"
              >{{ answer.status }}</span
            >
            <span class="faint">{{ answer.milliseconds }} ms</span>
          </p>
          <vt-snippet [code]="answer.text" what="Reply" />
        }
        <vt-snippet [code]="curl()" what="The same in a shell" />
      </form>
    </section>
  `,
  styles: `
    .wide {
      width: 100%;
    }
    .request {
      display: grid;
      grid-template-columns: auto minmax(0, 1fr);
      gap: 8px;
    }
    vt-snippet {
      max-height: 420px;
      overflow: auto;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class CallCard {
  protected readonly examples = EXAMPLES;
  protected readonly key = signal('');
  protected readonly method = signal<TriedCall['method']>('GET');
  protected readonly path = signal(EXAMPLES[0]?.path ?? '');
  protected readonly body = signal('');
  protected readonly busy = signal(false);
  protected readonly answer = signal<Answer | undefined>(undefined);
  protected readonly problem = signal<ClientProblem | undefined>(undefined);
  /** A path of this server: neither another host nor a way out of /api. */
  protected readonly pathFits = computed(() => {
    const path = this.path().trim();
    if (!path.startsWith('/api/') || !URL.canParse(path, location.origin)) return false;
    const { origin, pathname } = new URL(path, location.origin);
    return origin === location.origin && pathname.startsWith('/api/');
  });
  /** Pasted with the word before it or without. */
  private readonly bareKey = computed(() =>
    this.key()
      .trim()
      .replace(/^ApiKey\s+/i, ''),
  );
  protected readonly ready = computed(() => /^[!-~]+$/.test(this.bareKey()) && this.pathFits());
  protected readonly curl = computed(() => curlLine(location.origin, this.call()));
  private readonly call = computed<TriedCall>(() => ({
    method: this.method(),
    path: this.path().trim(),
    body: this.body(),
  }));

  protected use(method: string): void {
    this.method.set(method === 'POST' ? 'POST' : 'GET');
  }

  protected begin(index: string): void {
    const example = EXAMPLES[Number(index)];
    if (!example) return;
    this.method.set(example.method);
    this.path.set(example.path);
    this.body.set(example.body);
    this.answer.set(undefined);
    this.problem.set(undefined);
  }

  protected async send(): Promise<void> {
    if (!this.ready() || this.busy()) return;
    this.busy.set(true);
    this.problem.set(undefined);
    const { method, path, body } = this.call();
    const began = performance.now();
    try {
      const response = await fetch(path, {
        method,
        // The key alone speaks for the call, not whoever is signed in here.
        credentials: 'omit',
        cache: 'no-store',
        redirect: 'error',
        headers: {
          authorization: `ApiKey ${this.bareKey()}`,
          ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
        },
        ...(method === 'POST' ? { body: body.trim() || '{}' } : {}),
      });
      const text = readable(await response.text());
      const milliseconds = Math.round(performance.now() - began);
      this.answer.set({ status: response.status, milliseconds, text });
    } catch (error) {
      this.answer.set(undefined);
      this.problem.set(toApiError(error).problem);
    }
    this.busy.set(false);
  }
}

/** JSON set out in lines; anything else as it came. */
function readable(text: string): string {
  const json = parsed(text);
  const shown = json === undefined ? text : JSON.stringify(json, null, 2);
  return shown.length > MOST_SHOWN ? `${shown.slice(0, MOST_SHOWN)}\n… and more` : shown;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Metrics and tables are replies too.
    return undefined;
  }
}

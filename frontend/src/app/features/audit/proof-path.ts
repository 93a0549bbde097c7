// The proof drawn as a path: from the leaf over its siblings to the root, its checkpoint, the anchor and the block.
import { ChangeDetectionStrategy, Component, computed, effect, input, signal } from '@angular/core';
import { plural, wholeNumber } from '../../core/format';
import type { RecordProof } from '../../core/wire';
import { CopyId } from '../../ui/copy-id';
import { Icon } from '../../ui/icon';
import { Time } from '../../ui/time';
import { type ProofStep, canFold, foldPath, proofSteps } from './proof-steps';
import { Transaction } from './transaction';

@Component({
  selector: 'vt-proof-path',
  imports: [CopyId, Icon, Time, Transaction],
  template: `
    <ol>
      <li class="stop">
        <span class="mark"><vt-icon name="audit" /></span>
        <div class="grow">
          <b>Leaf</b>
          <span class="small soft">entry {{ number(proof().inclusion.index) }} of the log</span>
          <vt-copy [value]="proof().entry.leaf_hash" what="hash of the leaf" />
        </div>
      </li>
      @for (step of steps() ?? []; track $index) {
        <li class="step">
          <svg class="mark" viewBox="0 0 24 40" aria-hidden="true">
            <path [attr.d]="step.side === 'left' ? joinLeft : joinRight" />
            <circle [attr.cx]="step.side === 'left' ? 3.5 : 20.5" cy="10" r="2.5" />
          </svg>
          <div class="grow">
            <span class="small soft"
              >joined with the hash on the {{ step.side }}, {{ covers(step) }}</span
            >
            <vt-copy [value]="step.sibling" [what]="'sibling on the ' + step.side" />
            @if (nodes()[$index]; as node) {
              @if (!$last) {
                <span class="node"
                  ><span class="small faint">gives</span>
                  <vt-copy [value]="node" what="hash of both" [short]="true"
                /></span>
              }
            }
          </div>
        </li>
      }
      <li class="stop" [class.bad]="folded() === false">
        <span class="mark"
          ><vt-icon [name]="folded() === false ? 'close' : folded() ? 'check' : 'up'"
        /></span>
        <div class="grow">
          <b>Root</b>
          <span class="small soft">of the tree of {{ entries(proof().inclusion.size) }}</span>
          <vt-copy [value]="proof().root" what="root" />
          @switch (folded()) {
            @case (true) {
              <p class="small good">Computed anew in this browser: the path ends at this root.</p>
            }
            @case (false) {
              <p class="small bad" role="alert">
                The path does not end at this root: this proof does not hold.
              </p>
            }
          }
        </div>
      </li>
      <li class="stop">
        <span class="mark"><vt-icon name="key" /></span>
        <div class="grow">
          <b>Checkpoint</b>
          <span class="small soft">root and size, signed by the log {{ origin() }}</span>
          <details>
            <summary class="small">Signed note</summary>
            <pre>{{ proof().checkpoint }}</pre>
          </details>
        </div>
      </li>
      @if (proof().anchor; as anchor) {
        <li class="stop">
          <span class="mark"><vt-icon name="link" /></span>
          <div class="grow">
            <b>Anchor</b>
            <span class="small soft"
              >the contract took root and size, with the proof that the log only grew</span
            >
            @if (anchor.place; as place) {
              <vt-transaction [hash]="place.transaction" [explorer]="explorer()" />
              <span class="small soft below">contract</span>
              <vt-copy [value]="place.contract" what="contract" />
            }
          </div>
        </li>
        @if (anchor.place; as place) {
          <li class="stop">
            <span class="mark"><vt-icon name="shield" /></span>
            <div class="grow">
              <b>Block {{ number(place.block.number) }}</b>
              <span class="small soft"
                >of chain {{ place.chain_id }}
                @if (anchor.confirmed_at; as at) {
                  · confirmed <vt-time [at]="at" />
                }
              </span>
              <vt-copy [value]="place.block.hash" what="hash of the block" />
            </div>
          </li>
        }
      } @else {
        <li class="stop waits">
          <span class="mark"><vt-icon name="more" /></span>
          <div class="grow">
            <b>Anchor</b>
            <p class="small soft">
              Not yet. The record is in the signed log; the next anchor will cover it, and its proof
              then reaches the chain.
            </p>
          </div>
        </li>
      }
    </ol>
    @if (!steps()) {
      <p class="note bad" role="alert">
        The path has another length than a tree of this size demands: this proof does not hold.
      </p>
    }
  `,
  styles: `
    li {
      position: relative;
      display: flex;
      gap: 14px;
      padding-bottom: 14px;
      font-size: var(--text-s);
    }
    li:last-child {
      padding-bottom: 0;
    }
    li:not(:last-child)::before {
      content: '';
      position: absolute;
      inset: 0 auto 0 13px;
      width: 2px;
      background: color-mix(in srgb, var(--accent) 40%, var(--line));
    }
    li:has(+ .waits)::before {
      background: repeating-linear-gradient(var(--line-strong) 0 4px, transparent 4px 8px);
    }
    .mark {
      position: relative;
      flex: none;
      width: 28px;
    }
    span.mark {
      display: grid;
      place-items: center;
      height: 28px;
      border: 2px solid var(--accent);
      border-radius: 50%;
      background: var(--surface);
      color: var(--accent);
    }
    .waits .mark {
      border: 2px dashed var(--line-strong);
      color: var(--ink-faint);
    }
    .bad .mark {
      border-color: var(--bad);
      color: var(--bad);
    }
    svg {
      height: 40px;
      fill: var(--surface);
      stroke: color-mix(in srgb, var(--accent) 55%, var(--line));
      stroke-width: 2;
    }
    svg path {
      fill: none;
    }
    b {
      margin-right: 6px;
      font-weight: 600;
    }
    .grow > vt-copy {
      display: block;
    }
    .below {
      display: block;
    }
    vt-copy,
    vt-transaction {
      font-size: var(--text-xs);
    }
    .node {
      display: flex;
      gap: 6px;
      align-items: center;
    }
    p.good {
      color: var(--good);
    }
    p.bad {
      color: var(--bad);
    }
    summary {
      color: var(--accent);
      cursor: pointer;
    }
    pre {
      margin-top: 6px;
      padding: 10px;
      border-radius: var(--radius-s);
      background: var(--sunken);
      white-space: pre-wrap;
      overflow-wrap: anywhere;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ProofPath {
  readonly proof = input.required<RecordProof>();
  readonly explorer = input<string | null>();
  protected readonly number = wholeNumber;
  protected readonly joinLeft = 'M3.5 12.5C3.5 24 12 20 12 38';
  protected readonly joinRight = 'M20.5 12.5C20.5 24 12 20 12 38';
  protected readonly nodes = signal<readonly string[]>([]);
  protected readonly steps = computed(() => {
    const { index, size, path } = this.proof().inclusion;
    return proofSteps(index, size, path);
  });
  /** Whether the path ends at the root; undefined while that is not known. */
  protected readonly folded = computed(() => {
    const steps = this.steps();
    const { entry, root } = this.proof();
    if (!steps) return false;
    if (steps.length === 0) return entry.leaf_hash === root;
    const end = this.nodes().at(-1);
    return end === undefined ? undefined : end === root;
  });
  /** The first line of a signed note is the name of the log. */
  protected readonly origin = computed(() => this.proof().checkpoint.split('\n', 1)[0]);

  constructor() {
    effect((onCleanup) => {
      const steps = this.steps();
      const leaf = this.proof().entry.leaf_hash;
      this.nodes.set([]);
      if (!steps || !canFold()) return;
      let gone = false;
      onCleanup(() => (gone = true));
      void foldPath(leaf, steps).then((nodes) => {
        if (!gone) this.nodes.set(nodes);
      });
    });
  }

  protected entries(count: number): string {
    return plural(count, 'entry', 'entries');
  }

  protected covers({ from, to }: ProofStep): string {
    return to - from === 1
      ? `entry ${wholeNumber(from)}`
      : `entries ${wholeNumber(from)} to ${wholeNumber(to - 1)}`;
  }
}

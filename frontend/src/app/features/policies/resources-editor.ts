// The resources of a draft: parts of the platform or of protected applications that rules can name.
import { ChangeDetectionStrategy, Component, input, output } from '@angular/core';
import { oneOf } from '../../core/url-state';
import type { PolicyResource } from '../../core/wire';
import { Empty } from '../../ui/empty';
import { Icon } from '../../ui/icon';
import { Value } from '../../ui/value';
import { slugOf } from './slug';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
const LEVELS = ['low', 'medium', 'high'] as const;

@Component({
  selector: 'vt-resources-editor',
  imports: [Empty, Icon, Value],
  template: `
    @for (resource of resources(); track resource.id; let at = $index) {
      <div class="resource" role="group" [attr.aria-label]="resource.name">
        <label class="field">
          <span>Name</span>
          <input
            class="input"
            maxlength="120"
            [vtValue]="resource.name"
            (vtValueChange)="put(at, { name: $event })"
          />
          <span class="hint mono">{{ resource.id }}</span>
        </label>
        <label class="field">
          <span>Host</span>
          <input
            class="input"
            placeholder="this platform"
            [vtValue]="resource.host ?? ''"
            (vtValueChange)="setHost(at, $event)"
          />
          <span class="hint">of a protected application; empty for the platform’s own routes</span>
        </label>
        <label class="field">
          <span>Path begins with</span>
          <input
            class="input mono"
            [vtValue]="resource.path_prefix"
            (vtValueChange)="put(at, { path_prefix: $event })"
          />
        </label>
        <label class="field">
          <span>Sensitivity</span>
          <select
            class="input"
            [vtValue]="resource.sensitivity"
            (vtValueChange)="setLevel(at, $event)"
          >
            @for (level of levels; track level) {
              <option [value]="level">{{ level }}</option>
            }
          </select>
        </label>
        <fieldset class="methods">
          <legend class="sr-only">Methods</legend>
          @for (method of methods; track method) {
            <label class="check small">
              <input
                type="checkbox"
                [checked]="resource.methods?.includes(method) ?? false"
                (change)="toggleMethod(at, method)"
              />
              {{ method }}
            </label>
          }
          <span class="small faint">{{ resource.methods ? '' : 'every method' }}</span>
        </fieldset>
        <button
          type="button"
          class="btn quiet icon remove"
          [attr.aria-label]="'Delete ' + resource.name"
          (click)="remove(at)"
        >
          <vt-icon name="trash" />
        </button>
      </div>
    } @empty {
      <vt-empty icon="shield" title="No resource is named">
        Name a part of the platform, such as /api/v1/users, or of a protected application. Rules can
        then ask for more before it is opened.
      </vt-empty>
    }
    <div class="foot">
      <button type="button" class="btn" (click)="add()">
        <vt-icon name="plus" />Add a resource
      </button>
    </div>
  `,
  styles: `
    .resource {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(180px, 1fr));
      gap: 10px 14px;
      align-items: start;
      padding: var(--pad);
      border-bottom: 1px solid var(--line);
    }
    .methods {
      display: flex;
      flex-wrap: wrap;
      grid-column: 1 / -2;
      gap: 4px 14px;
      align-items: center;
      margin: 0;
      padding: 0;
      border: 0;
    }
    .remove {
      justify-self: end;
    }
    .foot {
      padding: 10px var(--pad);
    }
    @media (max-width: 640px) {
      .methods {
        grid-column: auto;
      }
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ResourcesEditor {
  readonly resources = input.required<readonly PolicyResource[]>();
  readonly resourcesChange = output<PolicyResource[]>();
  protected readonly methods = METHODS;
  protected readonly levels = LEVELS;

  protected put(at: number, part: Partial<PolicyResource>): void {
    const resource = this.resources()[at];
    if (resource) this.resourcesChange.emit(this.resources().with(at, { ...resource, ...part }));
  }

  protected setHost(at: number, host: string): void {
    this.without(at, 'host', host.trim().toLowerCase() || undefined);
  }

  protected setLevel(at: number, level: string): void {
    this.put(at, { sensitivity: oneOf(LEVELS, level, 'medium') });
  }

  protected toggleMethod(at: number, method: (typeof METHODS)[number]): void {
    const now = this.resources()[at]?.methods ?? [];
    const next = METHODS.filter((one) => now.includes(one) !== (one === method));
    this.without(at, 'methods', next.length ? next : undefined);
  }

  protected add(): void {
    const taken = this.resources().map(({ id }) => id);
    const number = taken.length + 1;
    this.resourcesChange.emit([
      ...this.resources(),
      {
        id: slugOf(`resource ${number}`, taken),
        name: `Resource ${number}`,
        path_prefix: '/api/v1/',
        sensitivity: 'high',
      },
    ]);
  }

  protected remove(at: number): void {
    this.resourcesChange.emit(this.resources().toSpliced(at, 1));
  }

  /** Sets an optional part, or takes it away. */
  private without<K extends 'host' | 'methods'>(
    at: number,
    key: K,
    value: PolicyResource[K] | undefined,
  ): void {
    const resource = this.resources()[at];
    if (!resource) return;
    const { [key]: _, ...rest } = resource;
    const next = (value === undefined ? rest : { ...rest, [key]: value }) as PolicyResource;
    this.resourcesChange.emit(this.resources().with(at, next));
  }
}

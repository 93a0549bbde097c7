// What the routes of petitions need.
import type { Alerts } from '@verity/domain/alerts/ports';
import type { Petitions } from '@verity/domain/alerts/petition-ports';
import type { Journal } from '@verity/domain/audit/ports';
import type { Bus } from '@verity/domain/bus/ports';
import type { Sessions, Users } from '@verity/domain/identity/ports';
import type { Tell } from '@verity/domain/identity/notices';
import type { SessionLife } from '@verity/domain/identity/session-life';
import type { Clock, NewId } from '@verity/domain/kernel/ports';
import type { Decisions } from '@verity/domain/policy/ports';
import type { Announcer } from '@verity/domain/realtime/ports';
import type { Learning } from '@verity/domain/risk/learning';
import type { LiveRisk } from '@verity/domain/risk/ports';

export interface PetitionPorts {
  petitions: Petitions;
  users: Pick<Users, 'byId'>;
  sessions: Pick<Sessions, 'byId'>;
  decisions: Pick<Decisions, 'byId' | 'ofUser'>;
  alerts: Pick<Alerts, 'byId' | 'list' | 'changeMany'>;
  live: Pick<LiveRisk, 'get'>;
  life: Pick<SessionLife, 'change'>;
  learning: Pick<Learning, 'termsOf' | 'beginTemporary'>;
  bus: Pick<Bus, 'publish'>;
  announcer: Pick<Announcer, 'announce'>;
  tell: Tell;
  journal: Journal;
  clock: Clock;
  newId: NewId;
}

// The places of the client by role: navigation, palette and shortcuts derive from this one list.
import type { Role } from '../../core/wire';
import type { IconName } from '../../ui/icon';

export interface Place {
  path: string;
  title: string;
  about: string;
  icon: IconName;
  group: 'Watch' | 'Manage' | 'You';
  roles: readonly Role[];
  /** Second key of the chord that begins with g. */
  key: string;
}

const ALL: readonly Role[] = ['user', 'admin', 'auditor'];
const ADMIN: readonly Role[] = ['admin'];

export const PLACES: readonly Place[] = [
  {
    path: '/overview',
    title: 'Overview',
    about: 'what needs you now',
    icon: 'overview',
    group: 'Watch',
    roles: ADMIN,
    key: 'o',
  },
  {
    path: '/sessions',
    title: 'Sessions',
    about: 'live sessions by risk',
    icon: 'sessions',
    group: 'Watch',
    roles: ADMIN,
    key: 's',
  },
  {
    path: '/alerts',
    title: 'Alerts',
    about: 'the triage queue',
    icon: 'alert',
    group: 'Watch',
    roles: ADMIN,
    key: 'a',
  },
  {
    path: '/appeals',
    title: 'Appeals',
    about: 'what people say was wrong, and ask for',
    icon: 'inbox',
    group: 'Watch',
    roles: ADMIN,
    key: 'r',
  },
  {
    path: '/audit',
    title: 'Audit',
    about: 'records, anchors, proofs',
    icon: 'audit',
    group: 'Watch',
    roles: ['admin', 'auditor'],
    key: 'l',
  },
  {
    path: '/policies',
    title: 'Policies',
    about: 'rules, versions, trials',
    icon: 'policy',
    group: 'Manage',
    roles: ['admin', 'auditor'],
    key: 'p',
  },
  {
    path: '/users',
    title: 'Users',
    about: 'people, roles, invitations',
    icon: 'users',
    group: 'Manage',
    roles: ADMIN,
    key: 'u',
  },
  {
    path: '/applications',
    title: 'Applications',
    about: 'keys, origins, webhooks',
    icon: 'link',
    group: 'Manage',
    roles: ADMIN,
    key: 'i',
  },
  {
    path: '/api-keys',
    title: 'API keys',
    about: 'for programs that read or report',
    icon: 'key',
    group: 'Manage',
    roles: ADMIN,
    key: 'k',
  },
  {
    path: '/jobs',
    title: 'Jobs',
    about: 'queues, workers, schedules',
    icon: 'play',
    group: 'Manage',
    roles: ADMIN,
    key: 'j',
  },
  {
    path: '/system',
    title: 'System',
    about: 'health, sockets, cache, bus',
    icon: 'system',
    group: 'Manage',
    roles: ADMIN,
    key: 'y',
  },
  {
    path: '/developer',
    title: 'Developer',
    about: 'collector and API',
    icon: 'code',
    group: 'Manage',
    roles: ALL,
    key: 'd',
  },
  {
    path: '/my-session',
    title: 'My session',
    about: 'your score and why',
    icon: 'pulse',
    group: 'You',
    roles: ALL,
    key: 'm',
  },
  {
    path: '/notifications',
    title: 'Notifications',
    about: 'what you were told',
    icon: 'bell',
    group: 'You',
    roles: ALL,
    key: 'n',
  },
  {
    path: '/privacy',
    title: 'Privacy',
    about: 'what is kept of you, export, erasure',
    icon: 'shield',
    group: 'You',
    roles: ALL,
    key: 'v',
  },
  {
    path: '/account',
    title: 'Account',
    about: 'authenticator, password, devices',
    icon: 'account',
    group: 'You',
    roles: ALL,
    key: 'c',
  },
];

export const placesOf = (role: Role): Place[] => PLACES.filter(({ roles }) => roles.includes(role));

export const GROUPS = ['Watch', 'Manage', 'You'] as const satisfies readonly Place['group'][];

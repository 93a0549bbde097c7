// What identity needs of the world, by subject: stores, keys and checks.
export type * from './credential-ports';
export type * from './device-ports';
export type * from './notification-ports';
export type * from '../kernel/page-request';
export type * from './people-ports';
export type * from './session-ports';

// Who is in the demo: accounts that say by their names that they are not real.
import type { Role } from '@verity/protocol/identity/schemas';

const DOMAIN = 'demo.verity.local';

export interface Account {
  email: string;
  name: string;
  role: Role;
}

const account = (name: string, role: Role): Account => ({
  email: `${name.split(' ').at(-1)!.toLowerCase()}@${DOMAIN}`,
  name,
  role,
});

export const ADMIN = account('Demo Admin', 'admin');
export const AUDITOR = account('Demo Auditor', 'auditor');
/** Nobody plays this one: it is for whoever looks at the demo to sign in and type. */
export const VISITOR = account('Demo Visitor', 'user');

export interface Person extends Account {
  /** Where the person works from; on machines other than Linux everybody is at localhost. */
  address: string | undefined;
  userAgent: string;
  platform: string;
  screen: string;
}

const chrome = (system: string): string =>
  `Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36`;

const DESKS = [
  { platform: 'Linux', screen: '1920x1080', userAgent: chrome('X11; Linux x86_64') },
  { platform: 'Windows', screen: '2560x1440', userAgent: chrome('Windows NT 10.0; Win64; x64') },
  {
    platform: 'macOS',
    screen: '1728x1117',
    userAgent: chrome('Macintosh; Intel Mac OS X 10_15_7'),
  },
] as const;

/** A loopback address of its own, where the system has them. */
export const loopback = (last: number): string | undefined =>
  process.platform === 'linux' ? `127.0.0.${last}` : undefined;

export const PEOPLE: readonly Person[] = [
  'Ada',
  'Alan',
  'Barbara',
  'Edsger',
  'Grace',
  'Ken',
  'Margaret',
  'Radia',
].map((name, index) => ({
  ...account(`Demo ${name}`, 'user'),
  ...DESKS[index % DESKS.length]!,
  address: loopback(11 + index),
}));

/** Where the guesser of passwords sits. */
export const STRANGER_ADDRESS = loopback(66);

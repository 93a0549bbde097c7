// What the demo tells whoever started it: where to look, and as whom.
import type { Accounts } from './accounts';
import { VISITOR } from './cast';

export function announce(url: string, { credentials, fresh }: Accounts): void {
  const accounts =
    fresh.length > 0
      ? [
          'Sign in as (shown once; npm run demo -- --reset gives new passwords):',
          ...fresh.map(
            ({ email, name }) =>
              `  ${name.padEnd(14)} ${email.padEnd(32)} ${credentials[email]?.password ?? ''}`,
          ),
        ]
      : ['The accounts are those of the first start; npm run demo -- --reset gives new passwords.'];
  console.log(['', `Verity is ready at ${url}`, '', ...accounts, ''].join('\n'));
}

/** Where to look once the people are at work. */
export function announceLook(url: string): void {
  const lines = [
    '',
    `  ${url}/sessions    as admin: everybody live; click a row for the reasons behind a score`,
    `  ${url}/alerts      as admin: what needs you`,
    `  ${url}/my-session  as ${VISITOR.name}: learns how you type, and shows your own score`,
    '',
    'In a minute one of the sessions is taken over; every step is told here.',
    'All of this is marked as demo data, and System removes it in one click. Ctrl-C stops.',
    '',
  ];
  console.log(lines.join('\n'));
}

/** One line of the story, with its time. */
export function say(line: string): void {
  console.log(`${new Date().toTimeString().slice(0, 8)}  ${line}`);
}

// The pictures of docs/images: which scene, in which look.
import { scenes, type Look, type Scene } from './scenes';

const wide = (scheme: Look['scheme']): Look => ({ scheme, width: 1440 });
const phone = (scheme: Look['scheme']): Look => ({ scheme, width: 390 });

const PICTURES: Readonly<Record<string, readonly Look[]>> = {
  'sign-in': [phone('dark')],
  overview: [wide('light')],
  sessions: [wide('dark'), phone('light')],
  session: [wide('dark')],
  alerts: [wide('light')],
  alert: [wide('light')],
  appeal: [wide('light')],
  'my-session': [wide('light'), phone('dark')],
  why: [wide('light')],
  notifications: [wide('light')],
  account: [wide('dark')],
  versions: [wide('dark')],
  users: [wide('light')],
  'api-keys': [wide('light')],
  application: [wide('light')],
  audit: [wide('light')],
  jobs: [wide('light')],
  schedules: [wide('light')],
  system: [wide('dark')],
  developer: [wide('light')],
};

export const guideScenes: readonly Scene[] = Object.entries(PICTURES).flatMap(([name, looks]) =>
  scenes.filter((scene) => scene.name === name).map((scene) => ({ ...scene, looks, whole: false })),
);

// The pictures of the guide: the few that docs/images shows.
import { scenes, type Look, type Scene } from './scenes';

const PICTURES: Readonly<Record<string, readonly Look[]>> = {
  'sign-in': [{ scheme: 'dark', width: 390 }],
};

export const guideScenes: readonly Scene[] = Object.entries(PICTURES).flatMap(([name, looks]) =>
  scenes.filter((scene) => scene.name === name).map((scene) => ({ ...scene, looks })),
);

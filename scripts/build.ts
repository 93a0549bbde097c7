// `npm run build`: the server programs and the client, into dist/.
import { buildClient, buildServer } from './stack/product';

const started = performance.now();
await buildServer();
await buildClient((text) => process.stderr.write(text));
console.log(`built in ${((performance.now() - started) / 1000).toFixed(1)} s`);

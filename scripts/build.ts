// `npm run build`: the server programs, the client and the SDK, into dist/.
import { buildSdk } from './sdk/build-sdk';
import { buildClient, buildServer } from './stack/product';

const started = performance.now();
await buildServer();
await buildSdk();
await buildClient((text) => process.stderr.write(text));
console.log(`built in ${((performance.now() - started) / 1000).toFixed(1)} s`);

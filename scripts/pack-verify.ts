// Before `npm pack` of the verifier: puts its built programs into the package.
import { join } from 'node:path';
import { projectRoot } from './bundle.mjs';
import { buildVerifier } from './stack/verify-product';

await buildVerifier(join(projectRoot, 'backend/verify/dist'));

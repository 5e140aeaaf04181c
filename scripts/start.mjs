// `npm start`: from a fresh clone to an address where the prompt works.
import { buildGuest, buildSite, installDependencies } from './lib/prepare.mjs';
import { bin, must } from './lib/run.mjs';

await installDependencies();
await buildGuest();
await buildSite();
await must(bin('tsx'), ['src/node/serve-site.ts', ...process.argv.slice(2)]);

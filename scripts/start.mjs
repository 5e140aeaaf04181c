// `npm start`: from a fresh clone to an address where the prompt works.
import { addCuratedImages, buildGuest, buildSite, installDependencies } from './lib/prepare.mjs';
import { bin, must } from './lib/run.mjs';

await installDependencies();
await buildGuest();
await buildSite();
const served = must(bin('tsx'), ['src/node/serve-site.ts', ...process.argv.slice(2)]);
// The page is of use without them; who pulls one before it is there is told that it is not.
if (!(await addCuratedImages()))
  console.error('The images debian, nginx, httpd, redis, registry and python are not there.');
await served;

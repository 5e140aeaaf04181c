// `npm run bench`: the budgets of the design, as medians with their spread and the ratio to the budget; `--peer`: the alternative;
// `--profile COMMAND`: where a command's time goes in the guest; `--order-functions`: the order of the kernel's functions.
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { chromiumFigures } from './chromium-figures.ts';
import { measureDensity } from './density.ts';
import { imageFigures } from './image-figures.ts';
import { orderFunctions } from './kernel-calls.ts';
import { BenchUnprepared } from './needed-images.ts';
import { nodeFigures } from './node-figures.ts';
import { comparePeer } from './peer.ts';
import { profileCommand } from './profile.ts';
import { formatFigure } from './statistics.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    density: { type: 'boolean', default: false },
    most: { type: 'string', default: '1000' },
    peer: { type: 'boolean', default: false },
    profile: { type: 'string' },
    'order-functions': { type: 'boolean', default: false },
  },
});
const SUITES = { node: nodeFigures, chromium: chromiumFigures, images: imageFigures } as const;

console.log(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}`);
const special = values.density || values.peer || values.profile !== undefined || values['order-functions'];
for (const [name, measure] of Object.entries(SUITES)) {
  if (special || (values.only !== undefined && values.only !== name)) continue;
  try {
    const figures = measure();
    for await (const figure of figures instanceof Promise ? await figures : figures) console.log(formatFigure(figure));
  } catch (error) {
    if (!(error instanceof BenchUnprepared)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
if (values.density) await measureDensity(Number(values.most));
if (values.peer) await comparePeer();
if (values.profile !== undefined) await profileCommand(values.profile);
if (values['order-functions']) await orderFunctions();

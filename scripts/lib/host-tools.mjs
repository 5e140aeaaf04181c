// Programs of the host that the tests use: real peers and a real browser, from the distribution's packages.
import { has, must } from './run.mjs';

const TOOLS = [
  { program: 'chromium', package: 'chromium', why: 'the page is tested in a real browser' },
  { program: 'fsck.erofs', package: 'erofs-utils', why: 'it judges our EROFS writer' },
  { program: 'docker', package: 'docker.io', why: 'the real client is pointed at our engine' },
  { program: 'skopeo', package: 'skopeo', why: 'it reads and writes archives of images' },
  { program: 'umoci', package: 'umoci', why: 'it makes images of the OCI layout' },
  { program: 'docker-registry', package: 'docker-registry', why: 'images are pushed to a real registry' },
  { program: 'openssl', package: 'openssl', why: 'a registry of the tests has a certificate of its own' },
  { program: 'zstd', package: 'zstd', why: 'it compresses archives' },
  { program: 'curl', package: 'curl', why: 'it speaks to the engine over its socket' },
];

/** Installs what is missing as root; anyone else is told the command. */
export async function installHostTools() {
  const missing = TOOLS.filter(({ program }) => !has(program));
  if (missing.length === 0) return;
  const packages = missing.map((tool) => tool.package);
  for (const tool of missing) console.log(`Missing: ${tool.program} (${tool.why})`);
  if (process.getuid?.() !== 0) {
    console.error(`Install them with: sudo apt-get install --no-install-recommends ${packages.join(' ')}`);
    process.exit(1);
  }
  const install = ['install', '-y', '--no-install-recommends', ...packages];
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  // An index may be stale or half-synced: an update that fails is no reason to stop before the install did.
  await must('sh', ['-c', 'apt-get update || apt-get update || true'], { quiet: true });
  await must('apt-get', install, { quiet: true, env });
}

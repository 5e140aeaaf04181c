// Debian's docker-registry, the reference implementation, on a port of this machine and with files of its own.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** `learner`, `sesame`. */
const HTPASSWD = 'learner:$2y$04$UOAyxHp3.5AC618rnZnIyugLuwnhgu84JfmOGAJNHAuVwc/7ryN52\n';
const START_LIMIT_MS = 30_000;
const RETRY_MS = 50;

export interface DockerRegistry {
  /** `localhost:PORT`. */
  readonly host: string;
  stop(): Promise<void>;
}

/** @param withPassword asks for the name `learner` and the password `sesame` */
export async function startDockerRegistry({ withPassword = false } = {}): Promise<DockerRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'drydock-registry-'));
  const port = await freePort();
  const auth = withPassword ? `auth:\n  htpasswd:\n    realm: drydock\n    path: ${folder}/htpasswd\n` : '';
  await writeFile(join(folder, 'htpasswd'), HTPASSWD);
  await writeFile(
    join(folder, 'config.yml'),
    `version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    rootdirectory: ${folder}/data\n` +
      `  delete:\n    enabled: true\nhttp:\n  addr: 127.0.0.1:${port}\n${auth}`,
  );
  const child = spawn('docker-registry', ['serve', join(folder, 'config.yml')], { stdio: 'ignore' });
  await answering(child, `http://127.0.0.1:${port}/v2/`);
  return {
    host: `localhost:${port}`,
    async stop() {
      await new Promise((resolve) => {
        child.on('exit', resolve);
        child.kill('SIGTERM');
      });
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answering(child: ChildProcess, address: string): Promise<void> {
  const failed = new Promise<never>((_, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`docker-registry ended early with ${code}`)));
  });
  failed.catch(() => undefined);
  const until = Date.now() + START_LIMIT_MS;
  for (;;) {
    // It says nowhere that it listens: only asking tells.
    const answered = await Promise.race([fetch(address).then(Boolean, () => false), failed]);
    if (answered) return;
    if (Date.now() > until) throw new Error(`docker-registry does not answer at ${address}`);
    await sleep(RETRY_MS);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

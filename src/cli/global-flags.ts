// Flags before the command: `docker --context default ps`. There is one engine, so most only have to be understood.
import { listFlag } from './flags/list-flags.ts';
import type { OptionsOf } from './flags/flag.ts';
import { boolFlag, stringFlag } from './flags/scalar-flags.ts';

/** Every command has them, and no help page shows them. */
export const helpFlag = { help: boolFlag('Show this page', { short: 'h', hidden: true }) };

/** @param configFolder shown as the default of `--config` and the certificates */
export function globalFlags(configFolder: string) {
  return {
    ...helpFlag,
    config: stringFlag("Folder of the client's settings", { initial: configFolder }),
    context: stringFlag(
      'Name of the engine to talk to (instead of DOCKER_HOST and of what "docker context use" chose)',
      { short: 'c' },
    ),
    debug: boolFlag('Say more', { short: 'D' }),
    host: listFlag("Address of the engine's socket", { short: 'H' }),
    'log-level': stringFlag('How much to say ("debug", "info", "warn", "error", "fatal")', {
      short: 'l',
      initial: 'info',
    }),
    tls: boolFlag('Encrypt; --tlsverify does, too'),
    tlscacert: stringFlag('Trust only what this authority signed', { initial: `${configFolder}/ca.pem` }),
    tlscert: stringFlag('Certificate of the client', { initial: `${configFolder}/cert.pem` }),
    tlskey: stringFlag('Key of the client', { initial: `${configFolder}/key.pem` }),
    tlsverify: boolFlag('Encrypt, and check the engine'),
    version: boolFlag('Print the version, and nothing else', { short: 'v' }),
  };
}

export type GlobalOptions = OptionsOf<ReturnType<typeof globalFlags>>;

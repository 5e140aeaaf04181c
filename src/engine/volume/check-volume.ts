// What the `local` driver refuses, in its words (moby volume/local/local.go, local_unix.go).
import { DrydockError } from '../../contracts/errors.ts';
import { LOCAL_DRIVER } from './volume.ts';

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;
const OPTIONS = ['type', 'o', 'device', 'size'];
const MANDATORY: Readonly<Record<string, readonly string[]>> = {
  device: ['type'],
  type: ['device'],
  o: ['device', 'type'],
};

/** @throws DrydockError `invalid-argument` */
export function checkVolumeName(name: string): void {
  if (name.length === 1) {
    throw refuse(`create ${name}: volume name is too short, names should be at least two alphanumeric characters`);
  }
  if (NAME.test(name)) return;
  const allowed = '"[a-zA-Z0-9][a-zA-Z0-9_.-]"';
  throw refuse(
    `create ${name}: "${name}" includes invalid characters for a local volume name, only ${allowed} are allowed. ` +
      'If you intended to pass a host directory, use absolute path',
  );
}

/** @throws DrydockError `not-found`: there is one driver */
export function checkVolumeDriver(name: string, driver: string): void {
  if (driver === '' || driver === LOCAL_DRIVER) return;
  throw new DrydockError(
    'not-found',
    `create ${name}: error looking up volume plugin ${driver}: plugin "${driver}" not found`,
  );
}

/** @throws DrydockError `invalid-argument` */
export function checkVolumeOptions(name: string, options: Readonly<Record<string, string>>): void {
  const fail = (reason: string): DrydockError => refuse(`create ${name}: ${reason}`);
  const unknown = Object.keys(options).find((option) => !OPTIONS.includes(option));
  if (unknown !== undefined) throw fail(`invalid option: "${unknown}"`);
  if (options['size'] !== undefined) throw fail('quota size requested but no quota support');
  for (const [option, needs] of Object.entries(MANDATORY)) {
    const missing = needs.find((need) => options[option] !== undefined && options[need] === undefined);
    if (missing !== undefined) throw fail(`missing required option: "${missing}"`);
  }
}

function refuse(message: string): DrydockError {
  return new DrydockError('invalid-argument', message);
}

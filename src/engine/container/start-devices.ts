// The host's device nodes that a start needs. Asking costs a process in the guest, so nobody asks without a flag.
import type { Runtime } from '../../contracts/runtime.ts';
import type { HostConfig } from './create-request.ts';
import { allHostDevices, hostDevicesAt, reasonForNoDevice } from './host-devices.ts';
import type { HostDevice } from './host-devices.ts';
import { devicesOf } from './spec/devices.ts';
import type { ContainerDevices } from './spec/devices.ts';
import { limitedDevicePaths } from './spec/resources.ts';

export interface StartDevices {
  readonly devices: ContainerDevices;
  /** Those that the block limits name. */
  readonly limitedDevices: readonly HostDevice[];
}

/** @throws DrydockError `invalid-argument` in Docker's words */
export async function startDevices(runtime: Runtime, hostConfig: HostConfig): Promise<StartDevices> {
  const paths = [...hostConfig.Devices.map(({ PathOnHost }) => PathOnHost), ...limitedDevicePaths(hostConfig)];
  const [all, asked] = await Promise.all([
    hostConfig.Privileged ? allHostDevices(runtime) : [],
    hostDevicesAt(runtime, paths),
  ]);
  const reasonForNone = (path: string): Promise<string> => reasonForNoDevice(runtime, path);
  return { devices: await devicesOf({ hostConfig, all, asked, reasonForNone }), limitedDevices: asked };
}

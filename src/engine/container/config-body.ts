// `Config` as inspect shows it: Docker's members in Docker's order, the empty ones left out that Docker leaves out
// (api/types/container.Config in v28). Clients print it as it comes.
import type { ContainerConfig } from '@docker/node-sdk';
import type { Config } from './create-request.ts';

const ALWAYS = true;
const IF_GIVEN = false;

const MEMBERS: readonly (readonly [name: string, shown: boolean])[] = [
  ['Hostname', ALWAYS],
  ['Domainname', ALWAYS],
  ['User', ALWAYS],
  ['AttachStdin', ALWAYS],
  ['AttachStdout', ALWAYS],
  ['AttachStderr', ALWAYS],
  ['ExposedPorts', IF_GIVEN],
  ['Tty', ALWAYS],
  ['OpenStdin', ALWAYS],
  ['StdinOnce', ALWAYS],
  ['Env', ALWAYS],
  ['Cmd', ALWAYS],
  ['Healthcheck', IF_GIVEN],
  ['ArgsEscaped', IF_GIVEN],
  ['Image', ALWAYS],
  ['Volumes', ALWAYS],
  ['WorkingDir', ALWAYS],
  ['Entrypoint', ALWAYS],
  ['NetworkDisabled', IF_GIVEN],
  ['MacAddress', IF_GIVEN],
  ['OnBuild', ALWAYS],
  ['Labels', ALWAYS],
  ['StopSignal', IF_GIVEN],
  ['StopTimeout', IF_GIVEN],
  ['Shell', IF_GIVEN],
];

export function configBody(config: Config): ContainerConfig {
  const given: Readonly<Record<string, unknown>> = { ...config };
  return Object.fromEntries(
    MEMBERS.flatMap(([name, always]) => {
      const value = given[name] ?? null;
      return always || !isEmpty(value) ? [[name, value]] : [];
    }),
  ) as ContainerConfig;
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === '' || value === false) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

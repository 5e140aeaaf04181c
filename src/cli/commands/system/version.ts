// docker version
import { noArguments } from '../../argument-rule.ts';
import { CliError, errorText } from '../../cli-error.ts';
import { CLIENT_VERSION } from '../../client-version.ts';
import { defineCommand } from '../../command.ts';
import { stringFlag } from '../../flags/scalar-flags.ts';
import { ansiDate } from '../../format/go-time.ts';
import { alignTabs } from '../../format/tab-writer.ts';
import { INSPECT_FORMAT_HELP } from '../../help/shared-texts.ts';
import { TemplateError } from '../../template/template-error.ts';
import { Template } from '../../template/template.ts';
import { TemplateStruct, TypedNil } from '../../template/values.ts';

interface Component {
  readonly Name: string;
  readonly Version: string;
  readonly Details?: Readonly<Record<string, string>> | null;
}

interface ServerVersion {
  readonly Platform?: { readonly Name?: string };
  readonly Version?: string;
  readonly ApiVersion?: string;
  readonly MinAPIVersion?: string;
  readonly GitCommit?: string;
  readonly GoVersion?: string;
  readonly Os?: string;
  readonly Arch?: string;
  readonly BuildTime?: string;
  readonly Experimental?: boolean;
  readonly Components?: readonly Component[] | null;
}

/** Docker's values start in a column of their own. */
const TABS = { minWidth: 20, padding: 1 };
const BAD_TEMPLATE = 64;
const ENGINE = 'Engine';

const clientLines = [
  'Client:',
  ` Version:\t${CLIENT_VERSION.Version}`,
  ` API version:\t${CLIENT_VERSION.ApiVersion}`,
  ` Go version:\t${CLIENT_VERSION.GoVersion}`,
  ` Git commit:\t${CLIENT_VERSION.GitCommit}`,
  ` Built:\t${CLIENT_VERSION.BuildTime}`,
  ` OS/Arch:\t${CLIENT_VERSION.Os}/${CLIENT_VERSION.Arch}`,
  ` Context:\t${CLIENT_VERSION.Context}`,
];

/** The engine as one of its own components, with its dates as people read them. */
function components(server: ServerVersion): Component[] {
  const own = (server.Components ?? []).map((component) => {
    const built = component.Details?.['BuildTime'];
    if (component.Name !== ENGINE || built === undefined) return component;
    return { ...component, Details: { ...component.Details, BuildTime: ansiDate(built) } };
  });
  if (own.some(({ Name }) => Name === ENGINE)) return own;
  const Details = {
    ApiVersion: server.ApiVersion ?? '',
    MinAPIVersion: server.MinAPIVersion ?? '',
    GitCommit: server.GitCommit ?? '',
    GoVersion: server.GoVersion ?? '',
    Os: server.Os ?? '',
    Arch: server.Arch ?? '',
    BuildTime: ansiDate(server.BuildTime ?? ''),
    Experimental: String(server.Experimental ?? false),
  };
  return [...own, { Name: ENGINE, Version: server.Version ?? '', Details }];
}

function engineLines(component: Component): string[] {
  const detail = (name: string) => component.Details?.[name] ?? '';
  return [
    `  Version:\t${component.Version}`,
    `  API version:\t${detail('ApiVersion')} (minimum version ${detail('MinAPIVersion')})`,
    `  Go version:\t${detail('GoVersion')}`,
    `  Git commit:\t${detail('GitCommit')}`,
    `  Built:\t${detail('BuildTime')}`,
    `  OS/Arch:\t${detail('Os')}/${detail('Arch')}`,
    `  Experimental:\t${detail('Experimental')}`,
  ];
}

function componentLines(component: Component): string[] {
  const details = Object.entries(component.Details ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const lines =
    component.Name === ENGINE
      ? engineLines(component)
      : [`  Version:\t${component.Version}`, ...details.map(([key, value]) => `  ${key}:\t${value}`)];
  return [` ${component.Name}:`, ...lines];
}

function pretty(server: ServerVersion | undefined): string {
  const lines = [...clientLines];
  if (server !== undefined) {
    const platform = server.Platform?.Name ?? '';
    lines.push(
      '',
      `Server:${platform === '' ? '' : ` ${platform}`}`,
      ...(server.Components ?? []).flatMap(componentLines),
    );
  }
  return alignTabs(`${lines.join('\n')}\n`, TABS);
}

function parsed(format: string): Template {
  try {
    return new Template(format === 'json' ? '{{json .}}' : format, { name: 'version' });
  } catch (error) {
    throw new CliError(`template parsing error: ${errorText(error)}`, BAD_TEMPLATE);
  }
}

/** What JSON leaves out of the server's version when it is empty. */
const LEFT_OUT = { KernelVersion: '', Experimental: false, BuildTime: '' };

/** By Go's names; as JSON by the API's. */
function templateData(server: ServerVersion | undefined): TemplateStruct {
  const struct = (type: string, value: ServerVersion | typeof CLIENT_VERSION, absent: object = {}) => {
    const { ApiVersion: APIVersion, ...rest } = value;
    return new TemplateStruct(type, { ...absent, ...rest, APIVersion }, () => JSON.stringify(value));
  };
  const Client = struct('system.clientVersion', CLIENT_VERSION);
  const Server = server === undefined ? new TypedNil('pointer') : struct('*types.Version', server, LEFT_OUT);
  return new TemplateStruct('system.versionInfo', { Client, Server });
}

export const version = defineCommand({
  use: 'version [OPTIONS]',
  summary: 'Show the versions of client and engine',
  common: 10,
  arguments: noArguments,
  flags: { format: stringFlag(INSPECT_FORMAT_HELP, { short: 'f' }) },
  async run(context, { options }) {
    const template = options.format === '' ? undefined : parsed(options.format);
    let server: ServerVersion | undefined;
    let failure: unknown;
    try {
      const answer = await context.engine.json<ServerVersion>('GET', '/version');
      server = { ...answer, Components: components(answer) };
    } catch (error) {
      failure = error;
    }
    if (template === undefined) await context.out.write(pretty(server));
    else {
      // What the client knows is shown even when there is no engine.
      try {
        const text = template.render(templateData(server));
        await context.out.write(alignTabs(`${text}\n`, TABS));
      } catch (error) {
        await context.out.write(`${error instanceof TemplateError ? error.partial : ''}\n`);
        failure ??= error;
      }
    }
    if (failure !== undefined) throw failure;
  },
});

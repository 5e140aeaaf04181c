// docker info
import type { SystemInfo } from '@docker/node-sdk';
import { noArguments } from '../../argument-rule.ts';
import type { CliContext } from '../../cli-context.ts';
import { CliError, errorText } from '../../cli-error.ts';
import { CLIENT_VERSION } from '../../client-version.ts';
import { defineCommand } from '../../command.ts';
import { EngineError } from '../../engine/engine-client.ts';
import { stringFlag } from '../../flags/scalar-flags.ts';
import { INSPECT_FORMAT_HELP } from '../../help/shared-texts.ts';
import { goShape } from '../../inspect/go-shape.ts';
import { Template } from '../../template/template.ts';
import { TemplateError } from '../../template/template-error.ts';
import { TemplateStruct } from '../../template/values.ts';
import { serverInfoLines } from './server-info.ts';

const BAD_TEMPLATE = 64;

const clientInfo = { Debug: false, ...CLIENT_VERSION, Plugins: [], Warnings: null };

function parsed(format: string): Template {
  try {
    return new Template(format === 'json' ? '{{json .}}' : format);
  } catch (error) {
    throw new CliError(`template parsing error: ${errorText(error)}`, BAD_TEMPLATE);
  }
}

async function formatted(context: CliContext, format: string): Promise<void> {
  const template = parsed(format);
  let server: object = {};
  let problems: readonly string[] | undefined;
  try {
    server = await context.engine.json<SystemInfo>('GET', '/info');
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    problems = [error.message];
    await context.err.line(error.message);
  }
  const data = { ...server, ...(problems === undefined ? {} : { ServerErrors: problems }), ClientInfo: clientInfo };
  const shaped = goShape(data, undefined) as Readonly<Record<string, unknown>>;
  try {
    await context.out.line(template.render(new TemplateStruct('system.dockerInfo', shaped)));
  } catch (error) {
    await context.out.line(error instanceof TemplateError ? error.partial : '');
    throw error;
  }
}

async function pretty(context: CliContext): Promise<void> {
  const { Version, Context } = CLIENT_VERSION;
  await context.out.write(`Client:\n Version:    ${Version}\n Context:    ${Context}\n Debug Mode: false\n\nServer:\n`);
  let info: SystemInfo;
  try {
    info = await context.engine.json<SystemInfo>('GET', '/info');
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    await context.err.line(`ERROR: ${error.message}`);
    throw new CliError('errors pretty printing info');
  }
  await context.out.write(`${serverInfoLines(info).join('\n')}\n\n`);
  for (const warning of info.Warnings ?? []) await context.err.line(warning);
}

export const info = defineCommand({
  use: 'info [OPTIONS]',
  summary: 'Show what the engine is, has and can',
  aliasLine: 'docker system info, docker info',
  common: 12,
  arguments: noArguments,
  flags: { format: stringFlag(INSPECT_FORMAT_HELP, { short: 'f' }) },
  run: (context, { options }) => (options.format === '' ? pretty(context) : formatted(context, options.format)),
});

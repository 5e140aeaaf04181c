// docker login
import { atMost } from '../../argument-rule.ts';
import type { CliContext } from '../../cli-context.ts';
import { CliError, errorText } from '../../cli-error.ts';
import { defineCommand } from '../../command.ts';
import { EngineError } from '../../engine/engine-client.ts';
import { boolFlag, stringFlag } from '../../flags/scalar-flags.ts';
import type { AuthConfig } from '../../registry/auth-config.ts';
import { authConfigOf, hostnameOf, HUB_KEY } from '../../registry/auth-config.ts';
import { storeLogin } from '../../registry/stored-logins.ts';
import { chunks } from '../../stream/chunks.ts';
import { Prompt } from '../../stream/prompt.ts';

const UNAUTHORIZED = 401;

interface Given {
  readonly username: string;
  readonly password: string;
}

export const login = defineCommand({
  use: 'login [OPTIONS] [SERVER]',
  summary: 'Give a registry your name and password',
  common: 8,
  arguments: atMost(1),
  flags: {
    password: stringFlag('Password or access token', { short: 'p' }),
    'password-stdin': boolFlag('Read the password or access token from STDIN'),
    username: stringFlag('Who you are there', { short: 'u' }),
  },
  async run(context, { options, changed, args: [server = ''] }) {
    if (changed('password-stdin')) {
      if (changed('password')) {
        throw new CliError('conflicting options: cannot specify both --password and --password-stdin');
      }
      if (!changed('username')) throw new CliError('the --password-stdin option requires --username to be set');
    }
    if (changed('username') && options.username === '') throw new CliError('username is empty');
    if (changed('password') && options.password === '') throw new CliError('password is empty');
    if (options.password !== '') {
      await context.err.line('WARNING! Using --password via the CLI is insecure. Use --password-stdin.');
    }
    const password = options['password-stdin'] ? await passwordFrom(context) : options.password;
    const isHub = server === '' || server === 'docker.io';
    const address = isHub ? HUB_KEY : hostnameOf(server);
    const given = { username: options.username, password };
    const stored = given.username === '' && given.password === '' ? authConfigOf(await context.config(), address) : {};
    const status =
      (await withStored(context, stored, address)) ?? (await withGiven(context, given, stored.username ?? '', address));
    if (status !== '') await context.out.line(status);
  },
});

async function passwordFrom({ session, signal }: CliContext): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of chunks(session.stdin, signal)) text += decoder.decode(chunk, { stream: true });
  return (text + decoder.decode()).replace(/\n$/, '').replace(/\r$/, '');
}

/** @returns undefined when there is none, or it is not taken any more */
async function withStored(context: CliContext, stored: AuthConfig, address: string): Promise<string | undefined> {
  const { username = '', password = '' } = stored;
  if (username === '' || password === '') return undefined;
  await context.err.write(
    `Authenticating with existing credentials... [Username: ${username}]\n` +
      "\n Info -> To login with a different account, run 'docker logout' followed by 'docker login'\n\n\n",
  );
  try {
    return await ask(context, { username, password, serveraddress: address });
  } catch (error) {
    const expired = error instanceof EngineError && error.status === UNAUTHORIZED;
    await context.err.line(
      expired ? 'Stored credentials invalid or expired' : `Login did not succeed, error: ${errorText(error)}`,
    );
    return undefined;
  }
}

async function withGiven(context: CliContext, given: Given, before: string, address: string): Promise<string> {
  const complete = given.username !== '' && given.password !== '';
  if (!complete && !context.session.terminal.stdin) {
    throw new CliError('Error: Cannot perform an interactive login from a non TTY device');
  }
  const { username, password } = complete ? given : await prompted(context, given, before);
  const config = { username, password, serveraddress: address };
  const status = await ask(context, config);
  await storeLogin(context, config);
  return status;
}

async function prompted(context: CliContext, given: Given, before: string): Promise<Given> {
  const prompt = new Prompt(context);
  try {
    const question = before === '' ? 'Username: ' : `Username (${before}): `;
    const username = given.username.trim() || (await prompt.line(question)) || before;
    if (username === '') throw new CliError('Error: Non-null Username Required');
    const password = given.password.trim() || (await prompt.secret('Password: '));
    if (password === '') throw new CliError('Error: Password Required');
    return { username, password };
  } finally {
    prompt.close();
  }
}

async function ask(context: CliContext, body: AuthConfig): Promise<string> {
  const { Status } = await context.engine.json<{ readonly Status?: string }>('POST', '/auth', { body });
  return Status ?? '';
}

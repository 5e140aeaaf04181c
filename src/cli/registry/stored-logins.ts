// Logins come into config.json and go out of it again (docker/cli: cli/config/credentials/file_store.go).
import type { CliContext } from '../cli-context.ts';
import { CliError, errorText } from '../cli-error.ts';
import { saveConfigFile } from '../config/save-config.ts';
import { encodedLogin } from './auth-config.ts';
import type { AuthConfig } from './auth-config.ts';

/** @throws CliError in Docker's words */
export async function storeLogin(context: CliContext, login: AuthConfig): Promise<void> {
  const config = await context.config();
  const key = login.serveraddress ?? '';
  const auth = encodedLogin(login);
  if (config.auths?.[key]?.auth === auth) return;
  const path = await save(context, { ...config, auths: sorted({ ...config.auths, [key]: { auth } }) });
  await context.err.write(
    `\nWARNING! Your credentials are stored unencrypted in '${path}'.\n` +
      'Configure a credential helper to remove this warning. See\n' +
      'https://docs.docker.com/go/credential-store/\n\n',
  );
}

/** @param keys under any of which it may be kept */
export async function eraseLogins(context: CliContext, keys: readonly string[]): Promise<void> {
  const config = await context.config();
  const before = Object.entries(config.auths ?? {});
  const after = before.filter(([key]) => !keys.includes(key));
  if (after.length < before.length) await save(context, { ...config, auths: Object.fromEntries(after) });
}

async function save(context: CliContext, config: Parameters<typeof saveConfigFile>[2]): Promise<string> {
  try {
    return await saveConfigFile(context.session, context.configFolder, config);
  } catch (error) {
    throw new CliError(`Error saving credentials: ${errorText(error)}`);
  }
}

function sorted<T>(auths: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(auths).sort(([a], [b]) => (a < b ? -1 : 1)));
}

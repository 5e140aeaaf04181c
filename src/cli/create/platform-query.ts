// `--platform` in the queries of those requests that take it as JSON.
import { CliError, errorText } from '../cli-error.ts';
import { parsePlatform, platformJson } from './platform.ts';

/** @throws CliError in Docker's words */
export function platformQuery(text: string): { readonly platform?: string } {
  if (text === '') return {};
  try {
    return { platform: platformJson(parsePlatform(text)) };
  } catch (error) {
    throw new CliError(`invalid platform: ${errorText(error)}`);
  }
}

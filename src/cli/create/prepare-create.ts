// What `docker run` and `docker create` do with their command line before the engine is asked for anything.
import type { CliContext } from '../cli-context.ts';
import { checkPullPolicy } from './create-container.ts';
import type { PullPolicy } from './create-container.ts';
import { buildCreateRequest, withHelpHint } from './create-request.ts';
import type { CreateInput, CreateRequest } from './create-request.ts';

export interface PreparedCreate {
  readonly request: CreateRequest;
  readonly pull: PullPolicy;
}

/** @throws CliError in Docker's words, with exit code 125 */
export async function prepareCreate(
  { session }: CliContext,
  name: 'run' | 'create',
  given: Pick<CreateInput, 'options' | 'changed'> & { readonly args: readonly string[] },
): Promise<PreparedCreate> {
  const { options, changed } = given;
  const [image = '', ...command] = given.args;
  try {
    const pull = checkPullPolicy(options.pull);
    return { pull, request: await buildCreateRequest(session, { options, changed, image, command }) };
  } catch (error) {
    throw withHelpHint(error, name);
  }
}

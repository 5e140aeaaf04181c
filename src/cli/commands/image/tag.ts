// docker tag
import { exactly } from '../../argument-rule.ts';
import { CliError, errorText } from '../../cli-error.ts';
import { defineCommand } from '../../command.ts';
import { pathId } from '../../engine/engine-client.ts';
import { goQuote } from '../../../shared/go-quote.ts';
import type { ImageReference } from '../../reference/image-reference.ts';
import { isImageId, parseImageReference } from '../../reference/image-reference.ts';

function parsed(text: string): ImageReference {
  try {
    return parseImageReference(text);
  } catch (error) {
    throw new CliError(`Error parsing reference: ${goQuote(text)} is not a valid repository/tag: ${errorText(error)}`);
  }
}

export const tag = defineCommand({
  use: 'tag SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]',
  summary: 'Give an image another name',
  aliasLine: 'docker image tag, docker tag',
  arguments: exactly(2),
  interspersed: false,
  flags: {},
  async run(context, { args: [source = '', target = ''] }) {
    if (!isImageId(source)) parsed(source);
    const reference = parsed(target);
    if (reference.digest !== undefined) throw new CliError('refusing to create a tag with a digest reference');
    await context.engine.send('POST', `/images/${pathId('image', source)}/tag`, {
      query: { repo: reference.name, tag: reference.tag ?? 'latest' },
    });
  },
});

// The `drydock` command: `sh` runs a script in a fresh guest, `serve` offers the Engine API, `site` the page.
import { isDrydockError } from '../contracts/errors.ts';
import { serveCommand } from './commands/serve.ts';
import { shCommand } from './commands/sh.ts';
import { siteCommand } from './commands/site.ts';
import { UsageError } from './commands/usage.ts';

const HELP = `Usage:  drydock COMMAND

A small Linux with a Docker engine, in this process and nowhere else

Commands:
  sh      Run a shell or a script in a fresh guest
  serve   Offer the Docker Engine API to docker, Compose and other clients
  site    Serve the built page, and pass its pulls on to registries

Run 'drydock COMMAND --help' for more information on a command.
`;

const COMMANDS: Readonly<Record<string, (args: string[]) => Promise<number>>> = {
  sh: shCommand,
  serve: serveCommand,
  site: siteCommand,
};

async function main(args: string[]): Promise<number> {
  const [name = '--help', ...rest] = args;
  if (name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  const command = COMMANDS[name];
  if (command === undefined)
    throw new UsageError(`unknown command: drydock ${name}\n\nRun 'drydock --help' for more information`);
  return command(rest);
}

main(process.argv.slice(2)).then(
  // Streams of the guest may still hold handles; what had to be flushed was awaited.
  (code) => process.exit(code),
  (error: unknown) => {
    const text = error instanceof UsageError || isDrydockError(error) ? error.message : describe(error);
    process.stderr.write(`drydock: ${text}\n`);
    process.exit(125);
  },
);

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

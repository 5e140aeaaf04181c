// docker logout
import { atMost } from '../../argument-rule.ts';
import { defineCommand } from '../../command.ts';
import { hostnameOf, HUB_KEY } from '../../registry/auth-config.ts';
import { eraseLogins } from '../../registry/stored-logins.ts';

export const logout = defineCommand({
  use: 'logout [SERVER]',
  summary: 'Forget the login to a registry',
  common: 9,
  arguments: atMost(1),
  flags: {},
  async run(context, { args: [server = ''] }) {
    const host = server === '' ? HUB_KEY : hostnameOf(server);
    await context.out.line(`Removing login credentials for ${host}`);
    await eraseLogins(context, server === '' ? [HUB_KEY] : [server, host, `http://${host}`, `https://${host}`]);
  },
});

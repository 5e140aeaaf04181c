// The Engine API on a socket of this machine.
import { chmod, unlink } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { EngineDoor } from '../contracts/engine-api.ts';
import { serveHttp1 } from '../engine/api/http1/serve-http1.ts';
import type { Listen } from './request-guard.ts';
import { socketDuplex } from './socket-duplex.ts';

export interface EngineServer {
  /** The real one when 0 was asked for; 0 for a unix socket. */
  readonly port: number;
  /** Ends every connection. */
  close(): Promise<void>;
}

const OWNER_AND_GROUP = 0o660;
const FORBIDDEN = 403;

/**
 * @param refusal why a request may not pass, from its headers; it is answered 403 then
 * @throws Error of Node's net: EADDRINUSE, EACCES, ...
 */
export async function listenEngine(
  listen: Listen,
  door: EngineDoor,
  refusal: (headers: Headers) => string | undefined = () => undefined,
): Promise<EngineServer> {
  const sockets = new Set<Socket>();
  // Half-open: a client that ended its input still reads the container's output.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    void serveHttp1(socketDuplex(socket), door, { refuse: ({ headers }) => refuseWith(refusal(headers)) });
  });
  if (listen.kind === 'unix') {
    await removeStale(listen.path);
    await listening(server, () => server.listen(listen.path));
    await chmod(listen.path, OWNER_AND_GROUP);
  } else {
    await listening(server, () => server.listen(listen.port, listen.host));
  }
  return {
    port: listen.kind === 'tcp' ? (server.address() as AddressInfo).port : 0,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function refuseWith(message: string | undefined): Response | undefined {
  if (message === undefined) return undefined;
  return Response.json({ message }, { status: FORBIDDEN });
}

function listening(server: Server, start: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => {
      server.off('error', reject);
      resolve();
    });
    start();
  });
}

// A socket file that nobody answers on is left from a process that was killed.
async function removeStale(path: string): Promise<void> {
  const refused = await new Promise<boolean>((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(false);
    });
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  });
  if (refused) await unlink(path);
}

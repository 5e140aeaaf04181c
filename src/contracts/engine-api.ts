// The one door into the engine: the Docker Engine HTTP API, as web-standard requests.
// Everyone comes through it: CLI, page, lesson checks, the guest's /var/run/docker.sock, the Node server.
import type { ByteDuplex } from './streams.ts';

/** The Engine API version we speak, and the oldest we accept (Docker 28's own pair). */
export const API_VERSION = '1.50';
export const MIN_API_VERSION = '1.24';
/** The Docker release whose behaviour is our specification. */
export const DOCKER_VERSION = '28.2.2';

/** The engine took over the connection (attach, exec start): the 101 (or 200) head, then raw bytes both ways. */
export interface UpgradedConnection {
  readonly response: Response;
  readonly stream: ByteDuplex;
}

/**
 * The Engine API without a transport. URLs are absolute; only path and query matter (`http://docker/v1.50/containers/json`).
 */
export interface EngineDoor {
  /** Answers like the daemon would: never rejects for a request's fault, `{"message": "..."}` with Docker's status instead. */
  fetch(request: Request): Promise<Response>;
  /**
   * For `POST /containers/{id}/attach` and `POST /exec/{id}/start`, which hijack the connection. A refusal comes back as a
   * plain Response, with no stream.
   */
  upgrade(request: Request): Promise<UpgradedConnection | Response>;
}

/** Docker's media types of an attached stream: raw bytes with a tty, 8-byte stdcopy headers without. */
export const RAW_STREAM = 'application/vnd.docker.raw-stream';
export const MULTIPLEXED_STREAM = 'application/vnd.docker.multiplexed-stream';

// GET /exec/{id}/json.
import type { ExecInspectResponse } from '@docker/node-sdk';
import type { ExecInstance } from './exec-instance.ts';

/** `ExitCode` is null while it runs: clients tell the two apart. */
export type ExecBody = Omit<ExecInspectResponse, 'ExitCode' | 'DetachKeys'> & {
  readonly ExitCode: number | null;
  /** Base64, as Go writes bytes. */
  readonly DetachKeys: string;
};

export function inspectExec({ id, container, request, running, exitCode, pid, detachKeys }: ExecInstance): ExecBody {
  const [entrypoint = '', ...args] = request.Cmd;
  return {
    ID: id,
    Running: running,
    ExitCode: exitCode ?? null,
    ProcessConfig: {
      tty: request.Tty,
      entrypoint,
      arguments: args,
      privileged: request.Privileged,
      ...(request.User !== '' && { user: request.User }),
    },
    OpenStdin: request.AttachStdin,
    OpenStderr: request.AttachStderr,
    OpenStdout: request.AttachStdout,
    CanRemove: false,
    ContainerID: container.id,
    DetachKeys: request.DetachKeys === '' ? '' : btoa(String.fromCharCode(...detachKeys)),
    Pid: pid,
  };
}

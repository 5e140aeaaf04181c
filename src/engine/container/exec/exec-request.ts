// Bodies of POST /containers/{id}/exec and POST /exec/{id}/start.
import { z } from 'zod';

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);
/** `[rows, columns]`. */
const consoleSize = z.array(z.number().int().nonnegative()).nullish();

export const execRequestSchema = z.looseObject({
  AttachStdin: flag,
  AttachStdout: flag,
  AttachStderr: flag,
  Tty: flag,
  DetachKeys: text,
  Env: z
    .array(z.string())
    .nullish()
    .transform((value) => value ?? []),
  Cmd: z
    .union([z.string().transform((value) => [value]), z.array(z.string())])
    .nullish()
    .transform((value) => value ?? []),
  ConsoleSize: consoleSize,
  Privileged: flag,
  User: text,
  WorkingDir: text,
});

export const execStartSchema = z.looseObject({ Detach: flag, Tty: flag, ConsoleSize: consoleSize });

export type ExecRequestBody = z.output<typeof execRequestSchema>;
export type ExecStartBody = z.output<typeof execStartSchema>;

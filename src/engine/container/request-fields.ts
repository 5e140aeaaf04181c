// How single fields of a request's JSON are read, as Go reads them: null and absent are the zero value.
import { z } from 'zod';

export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
export const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);
export const integer = z
  .number()
  .int()
  .nullish()
  .transform((value) => value ?? 0);
export const texts = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? []);
export const textMap = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? {});
export const nameSet = z.record(z.string(), z.unknown()).nullish();

/** A list of objects, each kept whole. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z
    .array(item)
    .nullish()
    .transform((value) => value ?? []);
}

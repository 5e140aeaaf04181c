// What a lesson is: the schema that its Markdown must meet, and the shape that the page shows. The schema is the single
// truth: types are inferred from it, and its messages are what a teacher reads when the build refuses a lesson.
import { z } from 'zod';
import type { Language } from './language.ts';

const containerStatus = z.enum(['created', 'running', 'paused', 'restarting', 'exited', 'dead'], {
  error: 'must be created, running, paused, restarting, exited or dead',
});

const text = (what: string, maxChars: number) =>
  z
    .string({ error: `must be ${what}` })
    .trim()
    .min(1, `must be ${what}, and is empty`)
    .max(maxChars, `must be ${what}, at most ${maxChars} characters`);

const exists = z
  .boolean({ error: 'must be true or false' })
  .default(true)
  .describe('false: the check passes when there is none');

const containerCheck = z
  .strictObject({
    type: z.literal('container'),
    name: text('the name of a container', 128).optional().describe('Its name, without the slash'),
    image: text('an image, like busybox', 256)
      .optional()
      .describe('The image it was made from; :latest may be left out'),
    command: text('a command', 512).optional().describe('Its command line, whole, as `docker ps --no-trunc` shows it'),
    status: z
      .union([containerStatus, z.array(containerStatus).min(1, 'must name at least one status')], {
        error: 'must be created, running, paused, restarting, exited or dead, or a list of them',
      })
      .transform((value) => (Array.isArray(value) ? value : [value]))
      .optional()
      .describe('The states that count; any when left out'),
    exitCode: z
      .int('must be a whole number')
      .min(0, 'must be 0 to 255')
      .max(255, 'must be 0 to 255')
      .optional()
      .describe('Its exit code; such a container has ended'),
    exists,
  })
  .refine((check) => check.name ?? check.image ?? check.command ?? check.status, {
    error: 'must say which container: give name, image, command or status',
  });

const imageCheck = z.strictObject({
  type: z.literal('image'),
  reference: text('an image, like busybox or busybox:1.36', 256).describe('As it is typed after `docker run`'),
  exists,
});

const requestCheck = z.strictObject({
  type: z.literal('request'),
  path: z
    .string({ error: 'must be a path of the Engine API' })
    .regex(/^\/[^\s#]*$/, 'must be a path of the Engine API that starts with /, like /containers/json?all=1')
    .describe('Asked with GET: a check looks and never changes anything'),
  status: z.int('must be an HTTP status').min(100).max(599).default(200).describe('The HTTP status that counts'),
  expect: z
    .json({ error: 'must be a value that JSON knows' })
    .optional()
    .describe('Part of the answer: objects may hold more members, arrays may hold more items'),
});

export const checkSchema = z
  .discriminatedUnion('type', [containerCheck, imageCheck, requestCheck], {
    error: 'must have a type: container, image or request',
  })
  .describe('What must be true in the engine, asked through the Engine API');

const stepId = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be the {#id} of a step: lower-case letters, digits and single hyphens');

/** Front matter of lesson.md. */
export const lessonFrontMatterSchema = z.strictObject(
  {
    title: text('a title', 80).describe('Shown in the header and in lists'),
    summary: text('a summary', 240).describe('One sentence: what the learner can do afterwards'),
    minutes: z
      .int({ error: 'must be a whole number of minutes' })
      .min(1, 'must be at least 1')
      .max(60, 'must be at most 60: split the lesson')
      .describe('Time for somebody who reads it all'),
    images: z
      .array(text('an image', 256), { error: 'must be a list of images' })
      .default([])
      .describe('Images the lesson uses; the catalog must have them'),
    checks: z
      .record(stepId, z.array(checkSchema).min(1, 'must hold at least one check'), {
        error: 'must map step ids to lists of checks',
      })
      .default({})
      .describe('For each step that is checked: all of these must hold at the same time'),
  },
  { error: (issue) => (issue.code === 'invalid_type' ? 'must be a map of fields' : undefined) },
);

/** Front matter of a translation, lesson.<language>.md: everything else comes from lesson.md. */
export const translationFrontMatterSchema = lessonFrontMatterSchema.pick({ title: true, summary: true });

export type Check = z.infer<typeof checkSchema>;
export type ContainerCheck = z.infer<typeof containerCheck>;
export type RequestCheck = z.infer<typeof requestCheck>;
export type LessonFrontMatter = z.infer<typeof lessonFrontMatterSchema>;
export type TranslationFrontMatter = z.infer<typeof translationFrontMatterSchema>;

/** A lesson in one language, ready to be shown: made when the page is built. */
export interface Lesson {
  /** `<chapter folder>/<lesson folder>`; progress is kept under it. */
  readonly id: string;
  readonly language: Language;
  readonly title: string;
  readonly summary: string;
  readonly minutes: number;
  readonly images: readonly string[];
  /** What stands before the first step. */
  readonly intro: readonly LessonBlock[];
  readonly steps: readonly LessonStep[];
}

export interface LessonStep {
  /** Unique in the lesson, the same in every language. */
  readonly id: string;
  readonly titleHtml: string;
  readonly blocks: readonly LessonBlock[];
  /** Empty when the step is only read. */
  readonly checks: readonly Check[];
}

/** `html` was rendered from Markdown with raw HTML off and links limited to http, https, mailto and anchors. */
export type LessonBlock =
  | { readonly kind: 'html'; readonly html: string }
  /** A command to run at a click; `where` says which prompt it is meant for. */
  | { readonly kind: 'command'; readonly text: string; readonly where: 'host' | 'container' }
  /** Something to read: a program's output, a file. */
  | { readonly kind: 'listing'; readonly text: string; readonly syntax: string }
  | { readonly kind: 'hint' | 'note'; readonly titleHtml: string; readonly blocks: readonly LessonBlock[] };

/** A lesson as lists show it, in every language, with a way to load the rest. */
export interface LessonEntry {
  readonly id: string;
  readonly titles: Readonly<Record<Language, string>>;
  load(language: Language): Promise<Lesson>;
}

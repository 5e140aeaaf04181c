// Sources of a lesson -> Lesson. Runs when the page is built and in tests, on text alone: who calls it reads the files.
import type { Language } from '../contracts/language.ts';
import type { Lesson, LessonBlock, LessonStep } from '../contracts/lesson.ts';
import { lessonFrontMatterSchema, translationFrontMatterSchema } from '../contracts/lesson.ts';
import { parseFrontMatter, splitFrontMatter } from './front-matter.ts';
import { LessonError } from './lesson-error.ts';
import type { Section } from './markdown.ts';
import { parseSections } from './markdown.ts';

export interface LessonSource {
  /** As messages should name it. */
  readonly file: string;
  readonly text: string;
}

/** @throws LessonError with file and line */
export function parseLesson(id: string, source: LessonSource): Lesson {
  const { yaml, markdown, markdownLine } = splitFrontMatter(source.file, source.text);
  const { checks, ...front } = parseFrontMatter(source.file, yaml, lessonFrontMatterSchema);
  const { intro, steps } = parseBody(source.file, markdown, markdownLine);
  const unknown = Object.keys(checks).find((stepId) => !steps.some((step) => step.id === stepId));
  if (unknown !== undefined) {
    const line = yaml.split('\n').findIndex((text) => text.trim().startsWith(`${unknown}:`)) + 2;
    throw new LessonError(
      source.file,
      line,
      `"checks.${unknown}" names no step: ${steps.map((step) => step.id).join(', ')}`,
    );
  }
  return {
    id,
    language: 'en',
    ...front,
    intro,
    steps: steps.map((step) => ({ ...step, checks: checks[step.id] ?? [] })),
  };
}

/**
 * A translation has its own words, and everything else from the original: same steps, same commands.
 * @throws LessonError with file and line
 */
export function parseTranslation(original: Lesson, language: Language, source: LessonSource): Lesson {
  const { yaml, markdown, markdownLine } = splitFrontMatter(source.file, source.text);
  const front = parseFrontMatter(source.file, yaml, translationFrontMatterSchema);
  const { intro, steps, lines } = parseBody(source.file, markdown, markdownLine);
  const wanted = original.steps.map((step) => step.id);
  if (steps.map((step) => step.id).join() !== wanted.join()) {
    throw new LessonError(
      source.file,
      markdownLine,
      `must have the steps of lesson.md in its order: ${wanted.join(', ')}`,
    );
  }
  return {
    ...original,
    ...front,
    language,
    intro,
    steps: original.steps.map((step, index) => {
      const blocks = steps[index]?.blocks ?? [];
      if (commandsOf(blocks).join('\n') !== commandsOf(step.blocks).join('\n')) {
        throw new LessonError(
          source.file,
          lines[index] ?? markdownLine,
          `step "${step.id}" must have the commands of lesson.md`,
        );
      }
      return { ...step, titleHtml: steps[index]?.titleHtml ?? '', blocks };
    }),
  };
}

/** Every command that a click would run, in order. */
export function commandsOf(blocks: readonly LessonBlock[]): string[] {
  return blocks.flatMap((block) => {
    if (block.kind === 'command') return [block.text];
    return block.kind === 'hint' || block.kind === 'note' ? commandsOf(block.blocks) : [];
  });
}

interface Body {
  readonly intro: readonly LessonBlock[];
  readonly steps: Omit<LessonStep, 'checks'>[];
  /** Of each step's heading. */
  readonly lines: number[];
}

function parseBody(file: string, markdown: string, firstLine: number): Body {
  const [intro, ...sections] = parseSections(file, markdown, firstLine);
  const steps = sections.flatMap(({ heading, blocks }: Section) =>
    heading === undefined ? [] : [{ id: heading.id, titleHtml: heading.titleHtml, line: heading.line, blocks }],
  );
  if (steps.length === 0) throw new LessonError(file, firstLine, 'must have at least one step: ## Title {#id}');
  steps.forEach((step, index) => {
    if (steps.findIndex((other) => other.id === step.id) < index) {
      throw new LessonError(file, step.line, `the step id "${step.id}" is used twice`);
    }
  });
  return {
    intro: intro?.blocks ?? [],
    steps: steps.map(({ id, titleHtml, blocks }) => ({ id, titleHtml, blocks })),
    lines: steps.map((step) => step.line),
  };
}

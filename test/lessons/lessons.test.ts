// Every lesson, carried out on the real guest: nothing counts as done before, everything does after its solution.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLessons } from '../../scripts/lessons/read-lessons.ts';
import type { LessonStep } from '../../src/contracts/lesson.ts';
import type { AskEngine } from '../../src/lessons/check.ts';
import { evaluateChecks } from '../../src/lessons/check.ts';
import { useGuest } from '../support/guest.ts';

const lessons = readLessons(join(import.meta.dirname, '../../lessons'));

it('there are lessons', () => expect(lessons).not.toEqual([]));

describe.each(lessons)('lesson $id', ({ folder, lessons: { en: lesson } }) => {
  const guest = useGuest();
  const ask: AskEngine = async ({ method, path }) => {
    const response = await guest.drydock.engine.fetch(new Request(`http://docker${path}`, { method }));
    return { status: response.status, body: await response.text() };
  };
  const checked = lesson.steps.filter(({ checks }) => checks.length > 0);
  const doneSteps = async () => {
    const answers = await Promise.all(checked.map(({ checks }: LessonStep) => evaluateChecks(checks, ask)));
    return checked.filter((_, index) => answers[index]?.every(Boolean)).map(({ id }) => id);
  };

  it('is not done in a fresh machine', async () => expect(await doneSteps()).toEqual([]));

  it('is done by its solution', async () => {
    await guest.ok(readFileSync(join(folder, 'solution/solution.sh'), 'utf8'));
    expect(await doneSteps()).toEqual(checked.map(({ id }) => id));
  });
});

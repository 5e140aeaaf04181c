// From a language to the page's words in it.
import type { Language } from '../../contracts/language.ts';
import type { Check } from '../../contracts/lesson.ts';
import type { Messages } from './en.ts';
import { en } from './en.ts';
import { zhCN } from './zh-cn.ts';

const MESSAGES: Readonly<Record<Language, Messages>> = { en, 'zh-CN': zhCN };

export function messagesIn(language: Language): Messages {
  return MESSAGES[language];
}

/** What a step waits for, in words. */
export function describeChecks(checks: readonly Check[], messages: Messages): string {
  return checks.map((check) => describeCheck(check, messages)).join(messages.and);
}

function describeCheck(check: Check, messages: Messages): string {
  switch (check.type) {
    case 'container':
      return messages.container(check);
    case 'image':
      return messages.image(check.reference, check.exists);
    case 'request':
      return messages.request(check.path);
  }
}

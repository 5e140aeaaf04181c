// The page's words in English. This file is also the list of all texts: every other language must have the same ones.
import type { ContainerCheck } from '../../contracts/lesson.ts';

const STATUS: Readonly<Record<string, string>> = {
  created: 'is created',
  running: 'is running',
  paused: 'is paused',
  restarting: 'is restarting',
  exited: 'has ended',
  dead: 'is dead',
};

export const en = {
  pageTitle: (lesson: string) => `${lesson} · Drydock`,
  language: 'Language',
  theme: 'Theme',
  themes: { auto: 'Auto', light: 'Light', dark: 'Dark' },
  skipToLesson: 'Skip to the lesson',
  skipToTerminal: 'Skip to the terminal',
  panes: 'Shown part',
  lesson: 'Lesson',
  terminal: 'Terminal',
  minutes: (minutes: number) => `about ${minutes} min`,
  progress: (done: number, total: number) => `${done} of ${total} checked steps done`,
  startOver: 'Start over',
  lessonFailed: 'The lesson could not be loaded.',
  step: (number: number) => `Step ${number}`,
  finished: 'All checked steps are done. Well sailed.',

  run: 'Run',
  runAgain: 'Again',
  runQueued: 'Runs when ready',
  runCommand: (command: string) => `Run in the terminal: ${command}`,
  insideContainer: 'inside the container',
  hint: 'Hint',

  stepDone: 'Done',
  stepDoneLive: (step: string) => `Step done: ${step}`,
  looksFor: 'This step is done when there is',
  checkNow: 'Check now',
  checkWaits: 'Checked once the machine is ready.',
  and: ', and ',
  container: ({ name, image, command, status, exitCode, exists }: ContainerCheck) =>
    [
      exists ? 'a container' : 'no container',
      name && `named ${name}`,
      image && `from ${image}`,
      command && `with the command “${command}”`,
      status && `that ${status.map((one) => STATUS[one] ?? one).join(' or ')}`,
      exitCode !== undefined && `with exit code ${exitCode}`,
    ]
      .filter(Boolean)
      .join(' '),
  image: (reference: string, exists: boolean) => `${exists ? 'an image' : 'no image'} ${reference}`,
  request: (path: string) => `the expected answer to GET ${path}`,

  bootTitle: 'Preparing your machine',
  phases: {
    download: 'Fetching the machine',
    restore: 'Waking it up',
    connect: 'Connecting the engine',
    ready: 'Ready',
  },
  megabytes: (loaded: string, total: string) => `${loaded} of ${total} MB`,
  readMeanwhile: 'The lesson can be read meanwhile.',
  bootReady: 'The machine is ready.',

  retry: 'Try again',
  details: 'What exactly happened',
  failures: {
    'no-webassembly': {
      title: 'This browser cannot run the machine',
      what: 'Drydock needs WebAssembly, and it is missing or switched off here.',
      todo: 'Open the page in a current Chrome, Edge, Firefox or Safari. If your browser has a lockdown or strict mode, allow WebAssembly for this page.',
    },
    'out-of-memory': {
      title: 'Not enough memory',
      what: 'The machine needs about 600 MB, and the browser did not give it.',
      todo: 'Close other tabs or programs, then try again. On a phone, a computer will do better.',
    },
    offline: {
      title: 'You are offline',
      what: 'The machine’s files have to be fetched once, and there is no connection.',
      todo: 'Check the connection. The page tries again by itself when you are back online.',
    },
    'missing-file': {
      title: 'A file of the machine is missing',
      what: 'The server did not deliver a file that the machine is made of.',
      todo: 'Try again in a moment. If it stays like this, tell whoever runs this site.',
    },
    crashed: {
      title: 'The machine has stopped',
      what: 'Something in it failed, and it cannot go on. Containers and files in it are lost; your lesson progress is kept.',
      todo: 'Start a fresh machine.',
    },
    unknown: {
      title: 'The machine did not start',
      what: 'This should not have happened.',
      todo: 'Try again. If it stays like this, reload the page, and report what is written below.',
    },
  },
  forDevelopers: 'For developers: build the guest’s files with',

  engine: { booting: 'Engine starting', ready: 'Engine ready', failed: 'Engine stopped' },
  running: (count: number) => (count === 1 ? '1 container running' : `${count} containers running`),
  switchHint: 'switches between lesson and terminal',
  screenReader: 'Screen reader text',
  shellEnded: (exitCode: number) => `The shell ended with exit code ${exitCode}. Press Enter for a new one.`,
  shellFailed: (reason: string) => `The shell did not start: ${reason}. Press Enter to try again.`,
};

export type Messages = typeof en;

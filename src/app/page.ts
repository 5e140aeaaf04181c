// Draws the page around a boot that has already begun.
import { mount } from 'svelte';
import type { BootAttempt } from './client/boot-attempt.ts';
import App from './shell/app.svelte';
import { AppState } from './state/app-state.svelte.ts';

export function drawPage(first: BootAttempt, beginBoot: () => BootAttempt): void {
  const target = document.getElementById('app');
  if (target === null) throw new Error('Cannot draw the page: index.html has no #app');
  const app = new AppState(first, beginBoot);
  mount(App, { target, props: { app } });
  void app.machine.start();
}

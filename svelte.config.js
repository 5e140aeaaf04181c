// Read by Vite, svelte-check and the linter alike, so that all three agree on what a component is.
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

export default {
  preprocess: vitePreprocess(),
  compilerOptions: { runes: true },
};

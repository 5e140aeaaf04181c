// The images that the page's own registry serves.
import type { ImageRecipe } from '../lib/image-recipe.ts';
import { busybox } from './busybox/recipe.ts';
import { helloWorld } from './hello-world/recipe.ts';
import { whoami } from './whoami/recipe.ts';

export const IMAGES: readonly { readonly folder: string; readonly recipe: ImageRecipe }[] = [
  { folder: 'busybox', recipe: busybox },
  { folder: 'hello-world', recipe: helloWorld },
  { folder: 'whoami', recipe: whoami },
];

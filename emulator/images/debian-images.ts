// The images that are a Debian with packages. The first is the Debian itself: its layer is stored and mounted once for all.
import type { DebianRecipe } from '../lib/debian-recipe.ts';
import { debian } from './debian/recipe.ts';
import { httpd } from './httpd/recipe.ts';
import { nginx } from './nginx/recipe.ts';
import { python } from './python/recipe.ts';
import { redis } from './redis/recipe.ts';
import { registry } from './registry/recipe.ts';

export const DEBIAN: DebianRecipe = debian;
export const DEBIAN_IMAGES: readonly DebianRecipe[] = [debian, nginx, httpd, redis, registry, python];

// The entry starts the worker first and imports the page second. This tells the browser about the page's chunks at once, so
// that they load side by side instead of one after the other.
import type { Plugin } from 'vite';

/** Chunks of dynamic imports that every visit needs, by the name of their module. */
const NEEDED = ['page.ts', 'xterm-loader.ts'];

export function preloadPlugin(): Plugin {
  return {
    name: 'drydock:preload',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle }) {
        const chunks = Object.values(bundle ?? {}).filter((output) => output.type === 'chunk');
        const needed = chunks.filter((chunk) =>
          NEEDED.some((name) => chunk.facadeModuleId?.endsWith(`/${name}`) === true),
        );
        const files = new Set(needed.flatMap((chunk) => [chunk.fileName, ...chunk.imports]));
        const styles = new Set(needed.flatMap((chunk) => [...(chunk.viteMetadata?.importedCss ?? [])]));
        return [
          ...[...files].map((file) => ({
            tag: 'link',
            attrs: { rel: 'modulepreload', crossorigin: true, href: `./${file}` },
          })),
          ...[...styles].map((file) => ({
            tag: 'link',
            attrs: { rel: 'stylesheet', crossorigin: true, href: `./${file}` },
          })),
        ];
      },
    },
  };
}

// What the worker that computes digests is told, and what it answers.
import type { Digest } from '../../contracts/blob-store.ts';

export type ToDigests =
  | { readonly kind: 'bytes'; readonly stream: number; readonly bytes: Uint8Array }
  | { readonly kind: 'end'; readonly stream: number }
  | { readonly kind: 'forget'; readonly stream: number };

export type FromDigests =
  /** So many bytes are done with. */
  | { readonly kind: 'taken'; readonly stream: number; readonly bytes: number }
  | { readonly kind: 'digest'; readonly stream: number; readonly digest: Digest };

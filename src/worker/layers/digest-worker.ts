// Entry of a third worker: digests, which are half of what unpacking a layer costs, on another processor than the rest.
import type { ToDigests } from './digest-messages.ts';
import { DigestServer } from './digest-server.ts';

const server = new DigestServer((message) => self.postMessage(message));
self.onmessage = ({ data }: MessageEvent<ToDigests>) => server.take(data);

import { describeBlobStore, describeFullBlobStore } from '../../../test/support/blob-store-suite.ts';
import { MemoryBlobStore } from './memory-blob-store.ts';

describeBlobStore('MemoryBlobStore', () => Promise.resolve(new MemoryBlobStore()));
describeFullBlobStore('MemoryBlobStore', () => Promise.resolve(new MemoryBlobStore({ limitBytes: 1000 })));

// Images as archives: POST /images/create?fromSrc, GET /images/get, POST /images/load. Parse, call, answer.
import { DrydockError } from '../../contracts/errors.ts';
import { Query } from '../api/query.ts';
import { parsePlatform } from '../registry/platform.ts';
import type { Platform } from '../registry/platform.ts';
import { loadImages } from './archive/load-images.ts';
import type { LoadDeps } from './archive/load-images.ts';
import { saveImages } from './archive/save-images.ts';
import type { SaveDeps } from './archive/save-images.ts';
import { decodePlatform } from './decode-platform.ts';
import { bodyChunks } from '../registry/read-body.ts';
import { importImage } from './import-image.ts';
import { downloadTar } from './import-source.ts';
import type { ImageMaker } from './image-maker.ts';
import { pullResponse } from './pull-response.ts';
import { repoTagReference } from './repo-tag.ts';

export interface ImportDeps {
  readonly maker: ImageMaker;
  readonly fetch: typeof fetch;
}

const TAR_TYPE = 'application/x-tar';

/** @param names of images, in the order in which they were asked for */
export async function saveTo(deps: SaveDeps, request: Request, names: readonly string[]): Promise<Response> {
  const tar = await saveImages(deps, names, queryPlatform(new Query(request)));
  return new Response(tar as ReadableStream<Uint8Array<ArrayBuffer>>, { headers: { 'content-type': TAR_TYPE } });
}

/** Every failure is told in the answer's body: its status is sent before the archive is read. */
export function loadFrom(deps: LoadDeps, request: Request): Promise<Response> {
  const query = new Query(request);
  const platform = queryPlatform(query);
  const quiet = query.flag('quiet', true);
  return pullResponse(request.signal, async (signal, report) => {
    try {
      await loadImages(deps, { archive: bodyOf(request), platform, quiet, signal, report });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      report({ errorDetail: { message }, error: message });
    }
  });
}

/** As JSON, as API 1.48 and later have it. @throws DrydockError `invalid-argument` in Docker's words */
function queryPlatform(query: Query): Platform | undefined {
  const given = query.all('platform');
  if (given.length > 1) throw new DrydockError('invalid-argument', 'multiple platform parameters not supported');
  const [text = ''] = given;
  return text === '' ? undefined : decodePlatform(text);
}

export async function importFrom({ maker, fetch }: ImportDeps, request: Request): Promise<Response> {
  const query = new Query(request);
  const source = query.text('fromSrc');
  const platform = query.text('platform') === '' ? undefined : parsePlatform(query.text('platform'));
  const reference = repoTagReference(query.text('repo'), query.text('tag'));
  const message = query.text('message') || `Imported from ${source}`;
  if (source === '') throw new DrydockError('invalid-argument', 'Get "http://": http: no Host in request URL');
  return pullResponse(request.signal, async (signal, report) => {
    const tar = source === '-' ? bodyOf(request) : downloadTar(source, { fetch, signal, report });
    const changes = query.all('changes');
    const image = await importImage(maker, { tar, message, changes, platform, reference, signal });
    report({ status: image.id });
  });
}

export function bodyOf(request: Request): AsyncIterable<Uint8Array> {
  return bodyChunks(new Response(request.body));
}

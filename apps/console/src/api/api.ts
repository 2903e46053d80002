import { withToken } from '../session/session.js';
import type { paths } from './schema.js';
import { send } from './send.js';

type Method = 'get' | 'post' | 'delete';
type Operation<Path extends keyof paths, M extends Method> = NonNullable<paths[Path][M]>;
type PathsWith<M extends Method> = {
  [Path in keyof paths]: paths[Path][M] extends undefined ? never : Path;
}[keyof paths];

/** The body of a successful answer. */
type AnswerOf<T> = T extends { responses: infer Responses }
  ? Success<Responses[keyof Responses & (200 | 201 | 202)]>
  : never;
type Success<T> = T extends { content: { 'application/json': infer Body } } ? Body : undefined;

type QueryOf<T> = T extends { parameters: { query?: infer Query } } ? NonNullable<Query> : never;
type PathOf<T> = T extends { parameters: { path: infer Path } } ? Path : undefined;
type BodyOf<T> = T extends { requestBody?: { content: { 'application/json': infer Body } } }
  ? Body
  : undefined;

export interface Options<T> {
  readonly path?: PathOf<T>;
  readonly query?: QueryOf<T>;
  readonly body?: BodyOf<T>;
  readonly signal?: AbortSignal;
}

/** The answer of a route, by its path. */
export type Answer<Path extends keyof paths, M extends Method = 'get'> = AnswerOf<
  Operation<Path, M>
>;

/** @throws ApiError */
export async function get<Path extends PathsWith<'get'>>(
  path: Path,
  options: Options<Operation<Path, 'get'>> = {},
): Promise<Answer<Path>> {
  return call('get', path, options);
}

/** @throws ApiError */
export async function post<Path extends PathsWith<'post'>>(
  path: Path,
  options: Options<Operation<Path, 'post'>> = {},
): Promise<Answer<Path, 'post'>> {
  return call('post', path, options);
}

/** @throws ApiError */
export async function remove<Path extends PathsWith<'delete'>>(
  path: Path,
  options: Options<Operation<Path, 'delete'>> = {},
): Promise<Answer<Path, 'delete'>> {
  return call('delete', path, options);
}

async function call<Path extends keyof paths, M extends Method>(
  method: M,
  path: Path,
  options: Options<Operation<Path, M>>,
): Promise<Answer<Path, M>> {
  const url = urlOf(path, options.path, options.query);
  const answer = await withToken((token) =>
    send({
      method: method.toUpperCase(),
      path: url,
      token,
      body: options.body,
      signal: options.signal,
    }),
  );
  return answer as Answer<Path, M>; // as the served document promises
}

/** The route below the API, its parameters percent-encoded and the query added. */
function urlOf(template: string, path: object | undefined, query: object | undefined): string {
  const parameters = new Map<string, unknown>(Object.entries(path ?? {}));
  const filled = template
    .replace('/api/v1/', '')
    .replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(parameters.get(name))));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries<string | number | boolean | undefined>({ ...query })) {
    if (value !== undefined) search.set(name, String(value));
  }
  return search.size === 0 ? filled : `${filled}?${search.toString()}`;
}

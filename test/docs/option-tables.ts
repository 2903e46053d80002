import { dirname, join } from 'node:path';
import ts from 'typescript';
import { root } from '../laws/repository-files.js';
import { markdownTable } from './generated-page.js';

const SOURCES = 'libs/cache/src/';

/** A table of options: the interfaces that declare them, each with its file. */
interface OptionGroup {
  readonly title: string;
  readonly says: string;
  readonly declarations: Readonly<Record<string, string>>;
}

const REDIS = 'store/redis/connection/redis-settings.ts';

const GROUPS: readonly OptionGroup[] = [
  {
    title: 'The cache',
    says: 'Of `CacheModule.forRoot`, `CacheModule.forRootAsync` and `createCache`.',
    declarations: { CacheModuleOptions: 'cache-options.ts' },
  },
  {
    title: 'The module',
    says: 'Of `CacheModule` only. `isGlobal` and `name` stand beside `useFactory` in `forRootAsync`.',
    declarations: {
      CacheModuleExtras: 'cache.module.ts',
      NestCacheOptions: 'nest/nest-cache-options.ts',
    },
  },
  {
    title: '`redis`',
    says: 'Either `url`, or `sentinels` and the options after it; the last three go with both.',
    declarations: { StandaloneSettings: REDIS, SentinelSettings: REDIS, ClientSettings: REDIS },
  },
  {
    title: '`compression`',
    says: "`'off'` in place of them stores every value as it is.",
    declarations: { CompressionOptions: 'cache-options.ts' },
  },
  {
    title: '`local`',
    says: 'Bounds of the near cache.',
    declarations: { LocalOptions: 'near-cache/near-cache-options.ts' },
  },
  {
    title: 'Reads and writes',
    says: 'Of `getOrSet`, `getOrSetEntry` and `@CacheAside`. `set` and `setMany` take `ttl` and `jitter`, `getOrSetMany` these and `negativeTtl`.',
    declarations: {
      Lifetime: 'values/get-or-set-options.ts',
      GetOrSetOptions: 'values/get-or-set-options.ts',
    },
  },
  {
    title: 'Values of a class',
    says: 'Of all reads and of `@CacheAside` on a method. `get` and `getMany` take no other option.',
    declarations: { ReadAs: 'values/as.ts' },
  },
  {
    title: '`set`',
    says: 'Besides `ttl` and `jitter`.',
    declarations: { SetOptions: 'engine/engine-parts.ts' },
  },
  {
    title: '`@CacheAside` on a handler',
    says: 'Besides those of reads.',
    declarations: { HandlerCacheOptions: 'nest/cache-aside.options.ts' },
  },
  {
    title: '`@CacheAside` on a method',
    says: 'Besides those of reads.',
    declarations: { MethodCacheOptions: 'nest/cache-aside.options.ts' },
  },
  {
    title: '`@CacheInvalidate`',
    says: 'Patterns alone may stand in their place.',
    declarations: { CacheInvalidateOptions: 'nest/cache-invalidate.decorator.ts' },
  },
];

/** An option, from its declaration and its docstring. */
export interface OptionRow {
  /** The interface that declares it. */
  readonly of: string;
  readonly name: string;
  readonly type: string;
  readonly unit: string;
  readonly default: string;
  readonly what: string;
}

/** Every option of the cache, in the order of the declarations. */
export function optionRows(): OptionRow[] {
  const declarations = GROUPS.flatMap((group) => Object.entries(group.declarations)).map(
    ([name, path]) => ({ name, path: join(root, SOURCES, path) }),
  );
  const program = compile(declarations.map(({ path }) => path));
  const checker = program.getTypeChecker();
  return declarations.flatMap(({ name, path }) =>
    interfaceIn(program, path, name)
      .members.filter(ts.isPropertySignature)
      // Names in brackets are symbols of the library's own; `undefined` forbids an option.
      .filter((member) => ts.isIdentifier(member.name) && member.type?.getText() !== 'undefined')
      .map((member) => rowOf(name, member, checker)),
  );
}

/** The tables of the README, in Markdown. */
export function optionTables(rows: readonly OptionRow[]): string {
  return GROUPS.map(({ title, says, declarations }) => {
    const cells = rows
      .filter((row) => row.of in declarations)
      .map((row) => [`\`${row.name}\``, `\`${row.type}\``, row.unit, row.default, row.what]);
    const table = markdownTable([['Option', 'Type', 'Unit', 'Default', 'What'], ...cells]);
    return `### ${title}\n\n${says}\n\n${table}`;
  }).join('\n\n');
}

function rowOf(of: string, member: ts.PropertySignature, checker: ts.TypeChecker): OptionRow {
  const doc = docOf(member);
  return {
    of,
    name: member.name.getText(),
    type: typeOf(member, checker),
    unit: unitOf(member, doc),
    default: member.questionToken === undefined ? 'required' : defaultOf(doc),
    what: sentenceOf(doc),
  };
}

/** The text of a docstring on one line; links become code. */
function docOf(node: ts.Node): string {
  const docs = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  return docs
    .map((doc) => ts.getTextOfJSDocComment(doc.comment) ?? '')
    .join(' ')
    .replace(/\{@link (\w+)\}/g, '`$1`')
    .replace(/\s+/g, ' ');
}

/** A union of literals is written out, because its name says little to a reader of the table. */
function typeOf({ type }: ts.PropertySignature, checker: ts.TypeChecker): string {
  if (type === undefined) return 'unknown';
  const parts = (ts.isUnionTypeNode(type) ? [...type.types] : [type])
    .filter((part) => part.getText() !== 'undefined')
    .map((part) => literalsOf(checker.getTypeFromTypeNode(part)) ?? part.getText());
  const shown = parts.join(' | ').replace(/\s+/g, ' ');
  return parts.length === 1 ? shown.replace(/^\((.*)\)$/, '$1') : shown;
}

function literalsOf(type: ts.Type): string | undefined {
  if (!type.isUnion() || !type.types.every((each) => each.isStringLiteral())) return undefined;
  return type.types.map(({ value }) => `'${value}'`).join(' | ');
}

const UNITS = /\b(?:milliseconds|seconds|bytes|entries|copies|share|factor)\b/i;

function unitOf({ type }: ts.PropertySignature, doc: string): string {
  if (!/\bnumber\b/.test(type?.getText() ?? '')) return '';
  return UNITS.exec(doc)?.[0].toLowerCase() ?? '';
}

/** What follows "Default" in the docstring, to the end of its sentence. */
function defaultOf(doc: string): string {
  return /\bDefault:? (.+?)\.(?= |$)/.exec(doc)?.[1] ?? '';
}

function sentenceOf(doc: string): string {
  return /^.+?[.](?= |$)/.exec(doc)?.[0] ?? '';
}

/** Only the library's own files: what packages and the language declare is not needed. */
function compile(paths: readonly string[]): ts.Program {
  const options: ts.CompilerOptions = { noLib: true, types: [], strict: true };
  const host = ts.createCompilerHost(options, true);
  host.resolveModuleNameLiterals = (literals, containingFile) =>
    literals.map(({ text }) => {
      if (!text.startsWith('.')) return { resolvedModule: undefined };
      const resolvedFileName = join(dirname(containingFile), text.replace(/\.js$/, '.ts'));
      return { resolvedModule: { resolvedFileName, extension: ts.Extension.Ts } };
    });
  return ts.createProgram([...new Set(paths)], options, host);
}

function interfaceIn(program: ts.Program, path: string, name: string): ts.InterfaceDeclaration {
  const found = program
    .getSourceFile(path)
    ?.statements.filter(ts.isInterfaceDeclaration)
    .find((declaration) => declaration.name.text === name);
  if (found === undefined) throw new Error(`${path} declares no interface ${name}`);
  return found;
}

import ts from 'typescript';
import type { RepositoryFile } from './repository-files.js';

export interface Breach {
  law: string;
  /** `path:line` */
  at: string;
}

type Check = (node: ts.Node) => boolean;

/** A law on what a source file may say, and where it applies. */
interface SourceLaw {
  name: string;
  applies(path: string): boolean;
  broken: Check;
}

const isTest = (path: string): boolean =>
  /\.(spec|e2e-spec)\.ts$/.test(path) ||
  /^(test|bench|verify|tools)\/|^(apps|libs)\/[^/]+\/test\//.test(path);
const isProduct = (path: string): boolean =>
  /^(apps|libs)\/[^/]+\/src\//.test(path) && !isTest(path);

/**
 * What a name can be used for is written in the syntax tree, so comments and strings that mention
 * it are no breaches.
 */
const laws: readonly SourceLaw[] = [
  {
    name: 'no-export-star',
    applies: () => true,
    broken: (node) => ts.isExportDeclaration(node) && isStarExport(node),
  },
  {
    name: 'environment-only-in-config',
    // The library warns at start of what is a mistake in production only.
    applies: (path) =>
      isProduct(path) &&
      !path.startsWith('apps/api/src/config/') &&
      path !== 'libs/cache/src/start-line.ts',
    broken: readsEnvironment,
  },
  {
    name: 'no-internal-barrels',
    // A public door is the index of a package or of one of its subpaths; nothing else has one.
    applies: (path) =>
      /(^|\/)index\.ts$/.test(path) && !/^libs\/[^/]+\/src\/(testing\/)?index\.ts$/.test(path),
    broken: ts.isSourceFile,
  },
  {
    name: 'principals-with-events',
    applies: (path) => isProduct(path) && path.startsWith('apps/api/src/'),
    broken: (node) => writesPrincipal(node) && !recordsEvent(node),
  },
];

export const lawNames = laws.map(({ name }) => name);

/** Parses TypeScript files and lists what breaks the laws. */
export function findBreaches(files: readonly RepositoryFile[]): Breach[] {
  return files.flatMap(({ path, text }) => {
    const applicable = laws.filter((law) => law.applies(path));
    if (applicable.length === 0) return [];
    const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
    const breaches: Breach[] = [];
    const visit = (node: ts.Node): void => {
      for (const law of applicable) {
        if (!law.broken(node)) continue;
        const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
        breaches.push({ law: law.name, at: `${path}:${line + 1}` });
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
    return breaches;
  });
}

function isStarExport(node: ts.ExportDeclaration): boolean {
  return node.exportClause === undefined || ts.isNamespaceExport(node.exportClause);
}

/** `process.env`, `process['env']`, `const { env } = process` and `import { env } from 'process'`. */
function readsEnvironment(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node))
    return isProcess(node.expression) && node.name.text === 'env';
  if (ts.isElementAccessExpression(node)) {
    const { argumentExpression: key } = node;
    return isProcess(node.expression) && ts.isStringLiteralLike(key) && key.text === 'env';
  }
  if (ts.isVariableDeclaration(node)) {
    const { name, initializer } = node;
    if (initializer === undefined || !isProcess(initializer)) return false;
    return (
      ts.isObjectBindingPattern(name) && name.elements.some((element) => names(element, 'env'))
    );
  }
  if (!ts.isImportDeclaration(node) || !ts.isStringLiteral(node.moduleSpecifier)) return false;
  if (!/^(node:)?process$/.test(node.moduleSpecifier.text)) return false;
  const bindings = node.importClause?.namedBindings;
  return (
    bindings !== undefined &&
    ts.isNamedImports(bindings) &&
    bindings.elements.some((element) => names(element, 'env'))
  );
}

function isProcess(node: ts.Expression): boolean {
  if (ts.isIdentifier(node)) return node.text === 'process';
  // globalThis.process
  return ts.isPropertyAccessExpression(node) && node.name.text === 'process';
}

function names(element: ts.BindingElement | ts.ImportSpecifier, wanted: string): boolean {
  const { name, propertyName } = element;
  const imported = propertyName ?? name;
  return ts.isIdentifier(imported) && imported.text === wanted;
}

const WRITES = new Set(['insert', 'update', 'delete']);
const PRINCIPAL_TABLE = /^(usuarios|sesiones)$/;
const PRINCIPAL_SQL =
  /\b(insert into|update|delete from|truncate)\s+(table\s+|only\s+)*"?(usuarios|sesiones)\b/i;

/**
 * Writers that need no event: sesiones that have run out, which nothing is known of any more, and
 * new demo usuarios, of which nothing is known yet (`tareas.loaded` says that there is none).
 */
const WITHOUT_EVENT = new Set([
  'apps/api/src/auth/sesiones/sesiones.repository.ts#remove',
  'apps/api/src/demo-data/demo-data.service.ts#createUsuarios',
]);

/** `tx.update(usuarios)` and the like, and SQL text that says the same. */
function writesPrincipal(node: ts.Node): boolean {
  if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node)) return PRINCIPAL_SQL.test(node.text);
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false;
  const [table] = node.arguments;
  if (table === undefined || !WRITES.has(node.expression.name.text)) return false;
  const named = ts.isPropertyAccessExpression(table) ? table.name : table;
  return ts.isIdentifier(named) && PRINCIPAL_TABLE.test(named.text);
}

/** Whether the method or function around a node calls `record`, as `DomainEventBus` hands it out. */
function recordsEvent(node: ts.Node): boolean {
  let around = node;
  while (!ts.isSourceFile(around.parent) && !ts.isClassElement(around)) around = around.parent;
  const named = (around as ts.NamedDeclaration).name; // of other statements it is undefined
  const name = named === undefined ? '' : named.getText();
  if (WITHOUT_EVENT.has(`${node.getSourceFile().fileName}#${name}`)) return true;
  const calls = (inner: ts.Node): boolean =>
    (ts.isCallExpression(inner) &&
      ts.isIdentifier(inner.expression) &&
      inner.expression.text === 'record') ||
    (ts.forEachChild(inner, calls) ?? false);
  return calls(around);
}

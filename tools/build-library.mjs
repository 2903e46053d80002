/**
 * Builds the library in the working directory from `src` into `dist`: ES modules with their types,
 * and in `dist/cjs` the same as CommonJS, for Jest and other tools that cannot `require` an ES
 * module. Node itself takes the ES modules for `import` and for `require` (condition
 * `module-sync`), so that one program has one `CacheService`. A module that no door leads to is left
 * out, and types that both forms can share are there once, as CommonJS.
 *
 *   npm run build
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import ts from 'typescript';

const library = process.cwd();
const dist = join(library, 'dist');

const ES_MODULES = { module: ts.ModuleKind.ESNext };
const COMMONJS = {
  module: ts.ModuleKind.CommonJS,
  verbatimModuleSyntax: false,
  esModuleInterop: true,
};

/** Types with these imports may be ES modules alone, which those of CommonJS cannot import. */
const ES_ONLY = /from '(?:@nestjs|rxjs)/;
const IMPORT = /(?:from|import\(|import) ?'(\.[^']+)\.js'/g;

rmSync(dist, { recursive: true, force: true });
const project = readProject();
const types = compile(project);
const modules = [...types.keys()];
const code = new Map(modules.map((module) => [module, codeOf(module, ES_MODULES)]));
for (const module of reached(code, doors())) {
  write(join(dist, `${module}.js`), code.get(module));
  write(join(dist, 'cjs', `${module}.js`), codeOf(module, COMMONJS));
}
for (const module of reached(types, doors())) {
  write(join(dist, 'cjs', `${module}.d.ts`), types.get(module));
}
const esTypes = new Map(modules.map((module) => [module, esTypesOf(module)]));
for (const module of reached(esTypes, doors())) {
  write(join(dist, `${module}.d.ts`), esTypes.get(module));
}
const manifest = { type: 'commonjs', sideEffects: false };
writeFileSync(join(dist, 'cjs/package.json'), `${JSON.stringify(manifest)}\n`);

/** The types of an ES module: its own, or those of CommonJS where these import nothing else. */
function esTypesOf(module) {
  const isEsOnly = [...reached(types, [module])].some((each) => ES_ONLY.test(types.get(each)));
  if (isEsOnly) return types.get(module);
  return `export * from './${join(relative(dirname(module), 'cjs'), module)}.js';\n`;
}

/** The modules that the package's doors lead to, by `import.default` of each. */
function doors() {
  const { exports } = JSON.parse(readFileSync(join(library, 'package.json'), 'utf8'));
  return Object.values(exports).flatMap(({ import: door }) =>
    door === undefined ? [] : [door.default.replace(/^\.\/dist\/|\.js$/g, '')],
  );
}

/** What some modules import, and what those do, themselves included. */
function reached(texts, from) {
  const found = new Set();
  const visit = (module) => {
    if (found.has(module) || !texts.has(module)) return;
    found.add(module);
    for (const [, path] of texts.get(module).matchAll(IMPORT)) visit(join(dirname(module), path));
  };
  from.forEach(visit);
  return found;
}

function readProject() {
  const path = join(library, 'tsconfig.lib.json');
  const { config, error } = ts.readConfigFile(path, ts.sys.readFile);
  if (error !== undefined) fail([error]);
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, library);
  if (parsed.errors.length > 0) fail(parsed.errors);
  return parsed;
}

/** The types of each module. */
function compile({ fileNames, options }) {
  const program = ts.createProgram(fileNames, { ...options, emitDeclarationOnly: true });
  // One library may use the types of another, which are the other's to emit.
  const own = join(options.outDir, relative(options.rootDir, join(library, 'src')), sep);
  const types = new Map();
  const { diagnostics } = program.emit(undefined, (path, text) => {
    if (!join(path).startsWith(own)) return;
    types.set(relative(own, path).replace(/\.d\.ts$/, ''), text);
  });
  const faults = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
  if (faults.length > 0) fail(faults);
  return types;
}

/** The code of a module, without comments: the types have them. */
function codeOf(module, format) {
  const source = join(library, 'src', `${module}.ts`);
  const { outputText } = ts.transpileModule(readFileSync(source, 'utf8'), {
    fileName: source,
    compilerOptions: { ...project.options, removeComments: true, ...format },
  });
  return outputText;
}

function write(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function fail(diagnostics) {
  const host = {
    getCanonicalFileName: (path) => path,
    getCurrentDirectory: () => library,
    getNewLine: () => '\n',
  };
  process.stderr.write(ts.formatDiagnostics(diagnostics, host));
  process.exit(1);
}

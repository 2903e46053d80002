/**
 * Builds the library in the working directory from `src` into `dist`: ES modules with their types, and in `dist/cjs` the
 * same as CommonJS, for Jest and other tools that cannot `require` an ES module. Node itself takes
 * the ES modules for `import` and for `require` (condition `module-sync`), so that one program has
 * one `CacheService`.
 *
 *   npm run build
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

rmSync(dist, { recursive: true, force: true });
const project = readProject();
compile(project);
for (const file of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
  if (!file.endsWith('.d.ts')) continue;
  const module = file.replace(/\.d\.ts$/, '');
  write(join(dist, `${module}.js`), codeOf(module, ES_MODULES));
  write(join(dist, 'cjs', `${module}.js`), codeOf(module, COMMONJS));
  // The same text is about CommonJS there, because of the folder's package.json.
  cpSync(join(dist, file), join(dist, 'cjs', file));
}
const manifest = { type: 'commonjs', sideEffects: false };
writeFileSync(join(dist, 'cjs/package.json'), `${JSON.stringify(manifest)}\n`);

function readProject() {
  const path = join(library, 'tsconfig.lib.json');
  const { config, error } = ts.readConfigFile(path, ts.sys.readFile);
  if (error !== undefined) fail([error]);
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, library);
  if (parsed.errors.length > 0) fail(parsed.errors);
  return parsed;
}

function compile({ fileNames, options }) {
  const program = ts.createProgram(fileNames, { ...options, emitDeclarationOnly: true });
  // One library may use the types of another, which are the other's to emit.
  const own = join(options.outDir, relative(options.rootDir, join(library, 'src')), sep);
  const { diagnostics } = program.emit(undefined, (path, text) => {
    if (join(path).startsWith(own)) write(join(dist, relative(own, path)), text);
  });
  const faults = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
  if (faults.length > 0) fail(faults);
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

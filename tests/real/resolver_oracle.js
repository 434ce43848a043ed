// What TypeScript itself says of imports; run with NODE_PATH leading to its package.
//
//     resolver_oracle.js collect FOLDER...  the imports of all sources below, one question a line
//     resolver_oracle.js resolve            answers to questions: a path, or (none)
//     resolver_oracle.js resolve-cached     faster; later answers may depend on earlier questions
//
// Questions are as in resolver_dump.c, and so are paths: relative to the current folder, above
// which nothing is looked for.
"use strict";
const fs = require("fs");
const path = require("path");
const ts = require("typescript");

const [mode, ...folders] = process.argv.slice(2);
const root = process.cwd();
const SOURCE = /\.(?:[cm]?[jt]s|[jt]sx)$/;
const REQUIRE = "3"; // IMPORT_REQUIRE in facts.h

function* sourcesBelow(folder) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const name = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* sourcesBelow(name);
    else if (entry.isFile() && SOURCE.test(name)) yield name;
  }
}

function collect(folders) {
  const lines = new Set();
  for (const folder of folders) {
    for (const file of sourcesBelow(folder)) {
      const found = ts.preProcessFile(fs.readFileSync(file, "utf8"), true, true);
      for (const { fileName } of found.importedFiles) {
        if (fileName && !/[\t\n\r\0]/.test(fileName)) lines.add(`${file}\t${fileName}\t0`);
      }
    }
  }
  return [...lines];
}

const inside = (name) => name === root || name.startsWith(root + path.sep);
const host = {
  ...ts.sys,
  fileExists: (name) => inside(name) && ts.sys.fileExists(name),
  directoryExists: (name) => inside(name) && ts.sys.directoryExists(name),
  readDirectory: () => [],
};

const defaults = {
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  resolveJsonModule: true,
  allowJs: true,
};

function nearestConfig(folder) {
  const at = folder.split(path.sep).indexOf("node_modules");
  if (at >= 0) folder = folder.split(path.sep).slice(0, at).join(path.sep);
  for (; inside(folder); folder = path.dirname(folder)) {
    for (const name of ["tsconfig.json", "jsconfig.json"]) {
      if (ts.sys.fileExists(path.join(folder, name))) return path.join(folder, name);
    }
  }
  return null;
}

// The options of a tsconfig, and its cache.
const projects = new Map();
function projectOf(folder) {
  const config = nearestConfig(folder);
  if (!projects.has(config)) {
    let options = defaults;
    if (config) {
      const { config: json } = ts.readConfigFile(config, ts.sys.readFile);
      const parsed = ts.parseJsonConfigFileContent(
        json || {}, host, path.dirname(config), undefined, config);
      options = { ...parsed.options, ...defaults };
    }
    const cache = ts.createModuleResolutionCache(root, (name) => name, options);
    projects.set(config, { options, cache: mode === "resolve-cached" ? cache : undefined });
  }
  return projects.get(config);
}

function resolve(line) {
  const [from, specifier, kind] = line.split("\t");
  const file = path.join(root, from);
  const { options, cache } = projectOf(path.dirname(file));
  const importMode = kind === REQUIRE ? ts.ModuleKind.CommonJS : ts.ModuleKind.ESNext;
  const { resolvedModule } = ts.resolveModuleName(
    specifier, file, options, host, cache, undefined, importMode);
  return resolvedModule ? path.relative(root, resolvedModule.resolvedFileName) : "(none)";
}

const lines =
  mode === "collect"
    ? collect(folders)
    : fs.readFileSync(0, "utf8").split("\n").filter(Boolean).map(resolve);
fs.writeFileSync(1, lines.map((line) => line + "\n").join(""));

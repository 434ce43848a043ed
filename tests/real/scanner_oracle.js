// What TypeScript says about files: paths on standard input, one a line; JSON on standard output.
//
// imports, references, types: by preProcessFile. definitions: the names that each statement at the
// top level declares, with the names of the top level that it mentions, by the syntax tree.
"use strict";

const fs = require("fs");
const ts = require(require.resolve("typescript", { paths: [process.cwd()] }));

function boundNames(name, into) {
  if (ts.isIdentifier(name)) {
    into.push(name.text);
    return;
  }
  for (const element of name.elements) {
    if (!ts.isOmittedExpression(element)) boundNames(element.name, into);
  }
}

// The names a statement defines, as the scanner calls them.
function definedNames(node) {
  const names = [];
  if (ts.isVariableStatement(node)) {
    for (const variable of node.declarationList.declarations) boundNames(variable.name, names);
  } else if (ts.isExportAssignment(node)) {
    if (node.isExportEquals) names.push("export=");
    else if (!ts.isIdentifier(node.expression)) names.push("default");
  } else if (ts.isImportEqualsDeclaration(node)) {
    if (!ts.isExternalModuleReference(node.moduleReference)) names.push(node.name.text);
  } else if (ts.isModuleDeclaration(node)) {
    const isGlobal = node.flags & ts.NodeFlags.GlobalAugmentation;
    if (ts.isIdentifier(node.name) && !isGlobal) names.push(node.name.text);
  } else if (ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node)) {
    names.push(node.name ? node.name.text : "default");
  } else if (
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isEnumDeclaration(node)
  ) {
    names.push(node.name.text);
  }
  return names;
}

function importedNames(node) {
  const names = [];
  if (ts.isImportEqualsDeclaration(node)) names.push(node.name.text);
  const clause = ts.isImportDeclaration(node) && node.importClause;
  if (clause && clause.name) names.push(clause.name.text);
  const bindings = clause && clause.namedBindings;
  if (bindings && ts.isNamespaceImport(bindings)) names.push(bindings.name.text);
  else if (bindings) for (const element of bindings.elements) names.push(element.name.text);
  return names;
}

// Whether an identifier is one that names something, and not a member of something else.
function isReference(node, parent) {
  if (ts.isPropertyAccessExpression(parent)) return parent.name !== node;
  if (ts.isQualifiedName(parent)) return parent.right !== node;
  if (ts.isPropertyAssignment(parent)) return parent.name !== node;
  if (ts.isImportEqualsDeclaration(parent)) return parent.name !== node;
  if (ts.isBindingElement(parent)) return parent.propertyName !== node;
  if (ts.isJsxAttribute(parent) || ts.isLabeledStatement(parent)) return false;
  if (ts.isClassElement(parent) || ts.isTypeElement(parent)) return parent.name !== node;
  if (ts.isJSDoc(parent) || ts.isImportTypeNode(parent) || ts.isMetaProperty(parent)) return false;
  return true;
}

function mentioned(node, names) {
  const found = new Set();
  const pending = [node];
  while (pending.length > 0) {
    const parent = pending.pop();
    ts.forEachChild(parent, (child) => {
      const named = ts.isIdentifier(child) && names.has(child.text);
      if (named && isReference(child, parent)) found.add(child.text);
      const isMember = ts.isImportTypeNode(parent) && parent.qualifier === child;
      if (!isMember) pending.push(child);
    });
  }
  return [...found];
}

function definitions(path, text) {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, false);
  if (source.parseDiagnostics.length > 0) return null;
  const names = new Set();
  for (const node of source.statements) {
    for (const name of [...definedNames(node), ...importedNames(node)]) names.add(name);
  }
  const found = [];
  for (const node of source.statements) {
    const defined = definedNames(node);
    if (defined.length > 0) found.push({ names: defined, uses: mentioned(node, names) });
  }
  return found;
}

for (const path of fs.readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const text = fs.readFileSync(path, "utf8");
  const info = ts.preProcessFile(text, true, true);
  const names = (references) => references.map((reference) => reference.fileName);
  const found = {
    path,
    imports: names(info.importedFiles),
    references: names(info.referencedFiles),
    types: names(info.typeReferenceDirectives),
    definitions: definitions(path, text),
  };
  process.stdout.write(JSON.stringify(found) + "\n");
}

// What a generator makes: files, and insertions into object literals of files that are there.
import ts from 'typescript';

export interface Change {
  path: string;
  text: string;
  /** The file is there and gets this text instead. */
  replaces: boolean;
}

/**
 * Adds `entry` as the last property of the object literal that `where` finds first in `source`.
 * Throws when there is none, or when it has a property `key` already.
 */
export function insertProperty(
  source: string,
  where: (node: ts.Node) => ts.ObjectLiteralExpression | undefined,
  key: string,
  entry: string,
): string {
  const file = ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true);
  const found = find(file, where);
  if (!found) throw new Error('the place for the new entry was not found');
  const taken = found.properties.some((property) => nameOf(property) === key);
  if (taken) throw new Error(`"${key}" is declared already`);
  const end = found.getEnd() - 1;
  const last = found.properties.at(-1);
  const comma = last && !found.properties.hasTrailingComma ? ',' : '';
  const head = last
    ? source.slice(0, last.getEnd()) + comma + source.slice(last.getEnd(), end)
    : source.slice(0, end);
  return `${head.trimEnd()}\n${entry},\n${source.slice(end)}`;
}

const nameOf = (property: ts.ObjectLiteralElementLike): string | undefined =>
  property.name && (ts.isStringLiteral(property.name) || ts.isIdentifier(property.name))
    ? property.name.text
    : undefined;

function find<T>(node: ts.Node, where: (node: ts.Node) => T | undefined): T | undefined {
  return where(node) ?? ts.forEachChild(node, (child) => find(child, where));
}

/** The table given to a call such as `routes({ … })`. */
export const argumentOf =
  (callee: string) =>
  (node: ts.Node): ts.ObjectLiteralExpression | undefined => {
    if (!ts.isCallExpression(node) || node.expression.getText() !== callee) return undefined;
    const [table] = node.arguments;
    return table && ts.isObjectLiteralExpression(table) ? table : undefined;
  };

/** The object of handlers that a function returns. */
export const returnedHandlers = (node: ts.Node): ts.ObjectLiteralExpression | undefined => {
  if (
    ts.isReturnStatement(node) &&
    node.expression &&
    ts.isObjectLiteralExpression(node.expression)
  ) {
    return isHandlers(node.expression);
  }
  if (ts.isArrowFunction(node) && ts.isParenthesizedExpression(node.body)) {
    const inner = node.body.expression;
    return ts.isObjectLiteralExpression(inner) ? isHandlers(inner) : undefined;
  }
  return undefined;
};

const isHandlers = (object: ts.ObjectLiteralExpression): ts.ObjectLiteralExpression | undefined =>
  object.properties.length > 0 &&
  object.properties.every(
    (property) => ts.isMethodDeclaration(property) || ts.isPropertyAssignment(property),
  )
    ? object
    : undefined;

/** The words of a name in kebab-case. */
export const kebab = (name: string): string =>
  name
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .toLowerCase();

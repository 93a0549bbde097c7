// Writes types out to the last field, so that whoever installs the SDK needs neither zod nor the table of routes.
import ts from 'typescript';

/** The exported type aliases of a file as declarations that refer to nothing. */
export function expandTypes(file: string, options: ts.CompilerOptions): string {
  const program = ts.createProgram([file], options);
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  if (!source) throw new Error(`${file} is not there`);
  const lines: string[] = [];
  source.forEachChild((node) => {
    if (!ts.isTypeAliasDeclaration(node)) return;
    const exported = node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (!exported) return;
    const type = checker.getTypeAtLocation(node.name);
    lines.push(`export type ${node.name.text} = ${written(type, checker, '')};`);
  });
  return `${lines.join('\n\n')}\n`;
}

function written(type: ts.Type, checker: ts.TypeChecker, indent: string): string {
  if (type.isUnion()) return union(type, checker, indent);
  if (type.isIntersection()) {
    // A branded id is the string that it brands.
    const plain = type.types.find(({ flags }) => flags & ts.TypeFlags.StringLike);
    if (plain) return written(plain, checker, indent);
  }
  if (checker.isTupleType(type)) {
    const parts = checker.getTypeArguments(type as ts.TypeReference);
    return `[${parts.map((part) => written(part, checker, indent)).join(', ')}]`;
  }
  if (checker.isArrayType(type)) {
    const [item] = checker.getTypeArguments(type as ts.TypeReference);
    return `Array<${item ? written(item, checker, indent) : 'unknown'}>`;
  }
  if (type.flags & ts.TypeFlags.Object || type.isIntersection())
    return object(type, checker, indent);
  return checker.typeToString(type, undefined, ts.TypeFormatFlags.NoTruncation);
}

function union(type: ts.UnionType, checker: ts.TypeChecker, indent: string): string {
  const parts = new Set(
    type.types
      .filter(({ flags }) => !(flags & ts.TypeFlags.Undefined))
      .map((part) => written(part, checker, indent)),
  );
  if (parts.delete('true') && parts.delete('false')) parts.add('boolean');
  else if (type.types.some((part) => checker.typeToString(part) === 'true')) parts.add('true');
  return [...parts].join(' | ');
}

function object(type: ts.Type, checker: ts.TypeChecker, indent: string): string {
  const inner = `${indent}  `;
  const lines = checker.getPropertiesOfType(type).map((property) => {
    const optional = property.flags & ts.SymbolFlags.Optional ? '?' : '';
    const about = ts.displayPartsToString(property.getDocumentationComment(checker));
    const comment = about ? `${inner}/** ${about.replaceAll('\n', ' ')} */\n` : '';
    const value = written(checker.getTypeOfSymbol(property), checker, inner);
    return `${comment}${inner}${property.name}${optional}: ${value};`;
  });
  const index = checker.getIndexInfoOfType(type, ts.IndexKind.String);
  if (index) lines.push(`${inner}[key: string]: ${written(index.type, checker, inner)};`);
  return lines.length === 0 ? '{}' : `{\n${lines.join('\n')}\n${indent}}`;
}

import {
  type CallExpression,
  isArrayLiteralExpression,
  isAwaitExpression,
  isBinaryExpression,
  isCallExpression,
  isConditionalExpression,
  isExpressionStatement,
  isIfStatement,
  isImportDeclaration,
  isInterfaceDeclaration,
  isNumericLiteral,
  isObjectLiteralExpression,
  isPrefixUnaryExpression,
  isPropertyAccessExpression,
  isReturnStatement,
  isTaggedTemplateExpression,
  isThrowStatement,
  isTypeAliasDeclaration,
  isTypeNode,
  isWhileStatement,
  type Node,
  SyntaxKind,
} from 'typescript/unstable/ast';

/** A fault: the text from `start` to `end` becomes `replacement`. `change` names it for people, and does not hold the line. */
export type Mutant = { file: string; line: number; start: number; end: number; replacement: string; change: string };

type Edit = { start: number; end: number; replacement: string };

const MAX_SHOWN = 70;

/** All small faults that can be made in a source file, in the order of the text. */
export function findMutants(file: string, source: Node): Mutant[] {
  const text = source.getFullText();
  return editsWithin(source)
    .toSorted((one, other) => one.start - other.start)
    .map((edit) => ({ file, line: lineOf(text, edit.start), ...edit, change: describeChange(text, edit) }));
}

function editsWithin(node: Node): Edit[] {
  if (isTypeNode(node) || isTypeAliasDeclaration(node) || isInterfaceDeclaration(node) || isImportDeclaration(node)) {
    return [];
  }
  const edits = FAULTS.flatMap((fault) => fault(node));
  node.forEachChild((child) => void edits.push(...editsWithin(child)));
  return edits;
}

const FAULTS: readonly ((node: Node) => Edit[])[] = [
  fixCondition,
  changeOperator,
  dropOperand,
  moveBound,
  changeConstant,
  removeStatement,
  removeAwait,
  removeElement,
  removeChainedCall,
  swapMinMax,
  changeSql,
];

const EQUALITIES: Record<string, string> = { '===': '!==', '!==': '===' };

const BOUNDS: Record<string, string> = { '<': '<=', '<=': '<', '>': '>=', '>=': '>' };

const ARITHMETIC: Record<string, string> = { '+': '-', '-': '+', '*': '/', '/': '*', '+=': '-=', '-=': '+=' };

/** Held to be true, and to be false; it is still asked. */
function fixCondition(node: Node): Edit[] {
  const condition = conditionOf(node);
  if (condition === undefined) return [];
  return ['|| true', '&& false'].map((fixed) => replace(condition, `(${condition.getText()}) ${fixed}`));
}

function conditionOf(node: Node): Node | undefined {
  if (isIfStatement(node) || isWhileStatement(node)) return node.expression;
  return isConditionalExpression(node) ? node.condition : undefined;
}

/** An equality that is a whole condition is left to `fixCondition`. */
function changeOperator(node: Node): Edit[] {
  if (!isBinaryExpression(node)) return [];
  const operator = node.operatorToken.getText();
  if (operator in EQUALITIES && conditionOf(node.parent) === node) return [];
  const other = EQUALITIES[operator] ?? BOUNDS[operator] ?? ARITHMETIC[operator];
  return other === undefined ? [] : [replace(node.operatorToken, other)];
}

function dropOperand(node: Node): Edit[] {
  if (!isBinaryExpression(node) || !['&&', '||', '??'].includes(node.operatorToken.getText())) return [];
  return [node.left, node.right].map((kept) => replace(node, `(${kept.getText()})`));
}

/** Small numbers by one, others far enough to matter. */
function moveBound(node: Node): Edit[] {
  if (!isNumericLiteral(node)) return [];
  const value = Number(node.getText().replaceAll('_', ''));
  return [replace(node, String(value < 10 ? value + 1 : value * 100))];
}

function changeConstant(node: Node): Edit[] {
  if (node.kind === SyntaxKind.TrueKeyword) return [replace(node, 'false')];
  if (node.kind === SyntaxKind.FalseKeyword) return [replace(node, 'true')];
  if (isPrefixUnaryExpression(node) && node.getText().startsWith('!')) return [replace(node, node.operand.getText())];
  return [];
}

/** A `return` at the end of a function is left: without it nothing works. */
function removeStatement(node: Node): Edit[] {
  const isEarlyReturn = isReturnStatement(node) && (isIfStatement(node.parent) || isIfStatement(node.parent.parent));
  const isRemoved = isExpressionStatement(node) || isThrowStatement(node) || isEarlyReturn || isJump(node);
  return isRemoved ? [replace(node, '{}')] : [];
}

function isJump({ kind }: Node): boolean {
  return kind === SyntaxKind.BreakStatement || kind === SyntaxKind.ContinueStatement;
}

function removeAwait(node: Node): Edit[] {
  return isAwaitExpression(node) ? [replace(node, node.expression.getText())] : [];
}

/** Of an object or a list, with its comma. */
function removeElement(node: Node): Edit[] {
  const elements = isObjectLiteralExpression(node)
    ? node.properties
    : isArrayLiteralExpression(node)
      ? node.elements
      : [];
  const text = node.getText();
  return [...elements].map((element) => {
    const comma = /^\s*,/.exec(text.slice(element.end - node.getStart()))?.[0] ?? '';
    return { start: element.getStart(), end: element.end + comma.length, replacement: '' };
  });
}

const CHAINED = new Set([
  'catch',
  'filter',
  'finally',
  'replace',
  'replaceAll',
  'reverse',
  'slice',
  'subarray',
  'toSorted',
  'toWellFormed',
  'trim',
]);

function removeChainedCall(node: Node): Edit[] {
  const callee = calleeOf(node);
  const name = callee?.name.getText() ?? '';
  if (callee === undefined || !CHAINED.has(name)) return [];
  const once = name === 'replaceAll' ? [replace(callee.name, 'replace')] : [];
  return [replace(node, callee.expression.getText()), ...once];
}

function swapMinMax(node: Node): Edit[] {
  const callee = calleeOf(node);
  const other = callee && { 'Math.min': 'Math.max', 'Math.max': 'Math.min' }[callee.getText()];
  return callee === undefined || other === undefined ? [] : [replace(callee, other)];
}

function calleeOf(node: Node) {
  if (!isCallExpression(node)) return undefined;
  const { expression }: CallExpression = node;
  return isPropertyAccessExpression(expression) ? expression : undefined;
}

const SQL: readonly (readonly [RegExp, string])[] = [
  [/ <> /g, ' = '],
  [/ <= /g, ' > '],
  [/ \+ /g, ' - '],
  [/ or /g, ' and '],
  [/ and /g, ' or '],
  [/is null/g, 'is not null'],
  [/greatest\(/g, 'least('],
];

/** The words of an `sql` template. */
function changeSql(node: Node): Edit[] {
  if (!isTaggedTemplateExpression(node) || node.tag.getText() !== 'sql') return [];
  const start = node.template.getStart();
  return SQL.flatMap(([pattern, replacement]) =>
    [...node.template.getText().matchAll(pattern)].map((found) => ({
      start: start + found.index,
      end: start + found.index + found[0].length,
      replacement,
    })),
  );
}

function replace(node: Node, replacement: string): Edit {
  return { start: node.getStart(), end: node.end, replacement };
}

/** What surrounds it tells the same change at two places apart. */
function describeChange(text: string, { start, end, replacement }: Edit): string {
  const lineStart = text.lastIndexOf('\n', start) + 1;
  const before = text.slice(lineStart, start).trimStart();
  const lineEnd = text.indexOf('\n', end);
  const after = text.slice(end, lineEnd === -1 ? undefined : lineEnd);
  return `${shorten(`${before}«${text.slice(start, end)}»${after}`)} → ${shorten(replacement) || 'nothing'}`;
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 2 * MAX_SHOWN ? `${line.slice(0, MAX_SHOWN)}…${line.slice(-MAX_SHOWN)}` : line;
}

function lineOf(text: string, position: number): number {
  return text.slice(0, position).split('\n').length;
}

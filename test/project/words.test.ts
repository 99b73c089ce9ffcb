import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  isImportDeclaration,
  isNoSubstitutionTemplateLiteral,
  isStringLiteral,
  isTaggedTemplateExpression,
  isTemplateExpression,
  type Node,
} from 'typescript/unstable/ast';
import { API } from 'typescript/unstable/sync';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What people read besides string literals, as it is. */
const TEXTS = [
  'README.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'CONTRIBUTING.md',
  ...globSync('docs/**/*.md', { cwd: ROOT }),
  'manifest.yml',
  '.env.example',
  'playground/local-slack/README.md',
];

/** Literals in these are read by people in Slack, in a browser or in a terminal. */
const SOURCES = {
  'tsconfig.json': ['src/**/*.ts', 'playground/*.ts', 'playground/page/*.ts', 'scripts/*.ts'],
  'playground/page/browser/tsconfig.json': ['playground/page/browser/*.ts'],
  'src/web/secure/browser/tsconfig.json': ['src/web/secure/browser/**/*.ts'],
};

/** Of a sentence in `src/`. Each `${}` of a template counts as one word. */
const MAX_WORDS = 20;

/** Has the frame of the pages, which is no sentence. */
const HTML = 'src/web/page.ts';

/** Words that people have to read twice, each with what to say instead. */
const NOT: readonly (readonly [RegExp, string])[] = [
  [/\bwip(e|es|ed|ing)\b/i, 'delete'],
  [/\b(becomes?|became|came|comes) of\b/i, 'result, status'],
  [/(?<!\b(person|people) )\bwho asked\b|\bwhat waits\b|\basked for it\b/i, 'requested by'],
  [/\b(is|are|was|were|be|been|being|gets?) told\b|\bhow it (goes|went)\b/i, 'you get the result'],
  [/\btells? (how|where|what|which|until)\b/i, 'show, say'],
  [/\bstands?\b/i, 'is'],
  [/\bonce more\b/i, 'again'],
  [/\bblanks?\b/i, 'space'],
  [
    /\b(be|is|are|was|were|not) taken\b|\b(takes|does not take|did not take|took) (nothing|only|it|a|SLACK)\b/i,
    'accept, save',
  ],
  [/\bwhether\b/i, 'if'],
  [/\bnot known\b/i, "we don't know"],
  [/\b(as (it|they) (is|are|was|were)|as things are|what holds)\b/i, 'current'],
  [/\b(everyone|everybody|all|nothing|filled in) but\b|\bbut for\b/i, 'except'],
  [/\berror of its own\b/i, 'server error'],
  [/\bnothing to do for you\b/i, "you don't need to do anything"],
  [/\bif it stays so\b/i, 'if this keeps happening'],
  [/\bwhere there (are|is) such\b|\bis no such\b/i, 'if there is one'],
  [/\bkeys of clients\b/i, 'client keys'],
  [/\banew\b/i, 'again'],
  [/\bmend(s|ed|ing)?\b/i, 'fix'],
  [/\bcan not\b/i, "can't"],
  [/\bsomebody else\b|\bnobody else's\b/i, 'another person'],
  [/\b(hears?|heard) of\b/i, 'learn'],
  [/\bcan be seen (in|on|while)\b/i, 'check it in, anyone near your screen can read it'],
  [/\bsent for a day\b/i, 'within 24 hours'],
  [/\bI was stopped\b/i, 'I restarted'],
  [/\bbelongs? to this workspace any more\b/i, 'has left this workspace'],
  [/\bwhich shows that\b/i, 'to test it'],
  [/\bform starts with\b/i, 'default'],
  [/\bwith another provider\b/i, 'Other provider (server)'],
  [/\bhave (the app|these \w+ \w+) (installed|stored)\b/i, 'ask an admin to …'],
];

/** A sentence that begins with "who" or "what" and is no question: nobody knows who or what until its end. */
const HEADLESS = /(^|[.!:;] )(Who|What|Whoever)\b[^.!?]*[a-z]\.( |$)/;

const literals = Object.entries(SOURCES).flatMap(([config, patterns]) => literalsOf(config, patterns));

test('nothing that people read has words they have to read twice', () => {
  assert.ok(literals.length > 500, 'string literals were found');
  const texts = [...literals, ...TEXTS.map((file) => ({ file, text: readFileSync(join(ROOT, file), 'utf8') }))];
  assert.deepEqual(
    texts.flatMap(({ file, text }) =>
      NOT.flatMap(([pattern, instead]) => {
        const found = pattern.exec(text);
        if (found === null) return [];
        const around = text.slice(Math.max(0, found.index - 60), found.index + 60);
        return [`${file}: "${found[0]}" (better: ${instead}) in: ${around}`];
      }),
    ),
    [],
  );
});

test('no sentence begins with a "who" or "what" that is no question', () => {
  assert.deepEqual(
    literals.filter(({ text }) => HEADLESS.test(text)),
    [],
  );
});

test(`no sentence of the bot has more than ${MAX_WORDS} words`, () => {
  const counted = literals.filter(({ file }) => file.startsWith('src/') && file !== HTML);
  assert.ok(counted.length > 400, 'sentences were found');
  assert.deepEqual(
    counted.flatMap(({ file, text }) =>
      sentencesOf(text)
        .map((sentence) => ({ file, words: wordsOf(sentence), sentence }))
        .filter(({ words }) => words > MAX_WORDS),
    ),
    [],
  );
});

/** All literals of the files of a TypeScript project, as texts. */
function literalsOf(config: string, patterns: string[]): { file: string; text: string }[] {
  const api = new API({ cwd: ROOT });
  try {
    const [project] = api.updateSnapshot({ openProject: join(ROOT, config) }).getProjects();
    return globSync(patterns, { cwd: ROOT }).flatMap((file) => {
      const source: Node | undefined = project?.program.getSourceFile(join(ROOT, file));
      return source === undefined ? [] : textsWithin(source).map((text) => ({ file, text }));
    });
  } finally {
    api.close();
  }
}

/** The text of each literal that has at least two words; each `${}` of a template is a "…". */
function textsWithin(node: Node): string[] {
  if (isImportDeclaration(node)) return [];
  if (isTaggedTemplateExpression(node) && node.tag.getText() === 'sql') return [];
  const text =
    isStringLiteral(node) || isNoSubstitutionTemplateLiteral(node)
      ? node.text
      : isTemplateExpression(node)
        ? [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join('…')
        : '';
  const texts = /[a-z…] [a-z…]/i.test(text) ? [text] : [];
  node.forEachChild((child) => {
    texts.push(...textsWithin(child));
  });
  return texts;
}

function sentencesOf(text: string): string[] {
  return text.split(/[.!?:](?:\s|$)/);
}

function wordsOf(sentence: string): number {
  return sentence.split(/\s+/).filter((word) => /[\p{L}\p{N}…]/u.test(word)).length;
}

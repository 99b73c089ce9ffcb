import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Child } from '../../../playground/page/browser/h.ts';
import { renderMrkdwn } from '../../../playground/page/browser/mrkdwn.ts';
import { fc } from '../../project/properties.ts';

const context = { names: { U1: 'Ada', C1: 'inboxes' } };

/** Elements as tags around their text. */
function show(child: Child): string {
  if (typeof child === 'string') return child;
  if (child === undefined || child === false) return '';
  if (Array.isArray(child)) return child.map(show).join('');
  return `[${child.tag} ${child.children.map(show).join('')}]`;
}

const examples = [
  ['plain', 'plain'],
  ['*bold*, _italic_ and ~gone~', '[strong bold], [em italic] and [s gone]'],
  ['*bold _and italic_*', '[strong bold [em and italic]]'],
  ['2 * 3 * 4, snake_case_name', '2 * 3 * 4, snake_case_name'],
  ['`*code*` and ```a *block*```', '[code *code*] and [pre a *block*]'],
  ['<@U1> in <#C1>, <@U9>', '[span @Ada] in [span #inboxes], [span @U9]'],
  ['<!here>', '[span @here]'],
  ['<https://acme.com|Acme> <https://acme.com>', '[a Acme] [a https://acme.com]'],
  ['<javascript:alert(1)|click>', 'click'],
  ['&lt;b&gt; &amp;lt;', '<b> &lt;'],
  ['<!date^abc^{time}|at noon>', 'at noon'],
] as const;

for (const [markup, shown] of examples) {
  test(`shows ${markup}`, () => {
    assert.equal(show(renderMrkdwn(markup, context)), shown);
  });
}

test('shows a date in the time of the reader', () => {
  const at = new Date(2020, 0, 31, 13, 5).getTime() / 1_000;
  const shown = show(renderMrkdwn(`<!date^${at}^{date_short_pretty} at {time}|then>`, context));
  assert.match(shown, /^Jan 31, 2020 at 1:05\sPM$/);
});

test('shows whatever there is without losing a letter of it', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z *_~`\n]{0,40}$/), (markup) => {
      const letters = (text: string) => text.replace(/[^a-z]/g, '');
      const tags = show(renderMrkdwn(markup, context)).replace(/\[(strong|em|s|code|pre) /g, '');
      assert.equal(letters(tags), letters(markup));
    }),
  );
});

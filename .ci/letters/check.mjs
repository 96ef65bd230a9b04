// Checks the folder that `sportello letters --html` wrote: every page is valid
// and accessible HTML, and a letter uses nothing that a mail program is known to
// drop or bend, but for what stands here with the reason why nothing is lost.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { HtmlValidate } from 'html-validate';
import { caniemail, formatIssue } from 'caniemail';

/** Rules of html-validate that letters break on purpose. */
const broken = {
  'no-inline-style': 'off', // Gmail drops style sheets of people who read other mailboxes with it
  'prefer-native-element': ['error', { exclude: ['article'] }], // <article> is dropped where a <div> with the role stays
  'element-required-content': 'off', // no <title>: some programs quote it as the first line of the letter
};

/** The page of them all repeats plain text, where a signature begins with "-- ". */
const dashes = { 'no-trailing-whitespace': 'off' };

/** What mail programs lack, and why a letter is as good without it. */
const spared = {
  '<body> element': 'replaced by a <div>, and it only takes the margin away',
  '<style> element': 'one rule, which repeats the color-scheme of the <meta>',
  'border-radius': 'corners are square',
  'border': 'the bar beside a quoted message is no words',
  'padding': 'a button is a coloured word, the bar of a message stands close to it',
  'display': 'two buttons stand beside each other as words do',
  'align-items': 'a picture in a frame of its own width keeps its shape',
  'text-align': 'none is start or end',
  'white-space': 'a date or a figure may break',
  'border-collapse': 'lines of a table are double',
  'max-width': 'lines are as long as the window is wide; a picture comes at its own width',
  'width property': 'beside max-width only a bar of the digest has one, and its figure stands beside it',
  'height property': 'auto, as a picture has it anyway; a bar without one is as high as a line',
  'overflow': 'none is set but overflow-wrap',
  'overflow-wrap': 'word-break stands beside it',
  'word-break': 'overflow-wrap stands beside it; where both are missing a long address is scrolled',
  'background': 'none is set but background-color',
  'background-color': 'that of a button is named by a word of CSS 1',
  'text-decoration': 'a button is underlined',
  'lang attribute': 'a screen reader falls back on the language of its reader',
  'role attribute': 'the letter is read as the paragraphs that it has',
  'dir attribute': 'paragraphs of right-to-left text start at the left',
  '<hr> element': 'drawn in another shade',
  '<img> element': 'shown on demand; its words stand in the text',
  '<ul>, <ol> and <dl>': 'of lists only <ol reversed> and values are missing',
  'margin': 'none is negative',
  'font-size': 'all are in px',
  'font-weight': '600 is drawn as bold',
  'line-height': 'lines stand closer',
  'mailto: links': 'none has cc or bcc; the letter says what to write where a link does not open',
};

const [folder] = process.argv.slice(2);
const faults = new Map(); // each with the first page that has it
const fault = (what, page) => faults.has(what) || faults.set(what, page);

const validator = rules => new HtmlValidate({ root: true, extends: ['html-validate:recommended', 'html-validate:a11y'], rules });

async function valid(html, page, rules) {
  const { results } = await validator(rules).validateString(html, page);
  for (const m of results.flatMap(r => r.messages)) fault(`${m.ruleId}: ${m.message}`, `${page}:${m.line}`);
}

/** The mail programs that the tables know, those with gaps in what they know left out one by one. */
const programs = ['apple-mail', 'gmail', 'outlook', 'yahoo', 'aol', 'samsung-email', 'orange', 'sfr', 'protonmail', 'hey', 'mail-ru', 'fastmail'].map(p => `${p}.*`);

function shown(html, page) {
  const { issues } = caniemail({ clients: programs, html });
  for (const [issueType, found] of [['error', issues.errors], ['warning', issues.warnings]])
    for (const [client, list] of found)
      for (const issue of list)
        if (issue.title in spared) used.add(issue.title);
        else fault([formatIssue({ client, issue, issueType }).message, ...issue.notes].join(' '), page);
}
const used = new Set();

let checked = 0;
for (const language of ['it', 'en']) {
  await valid(readFileSync(join(folder, `letters-${language}.html`), 'utf8'), `letters-${language}.html`, dashes);
  for (const name of readdirSync(join(folder, language))) {
    const page = join(language, name), html = readFileSync(join(folder, page), 'utf8');
    await valid(html, page, broken);
    shown(html, page);
    checked++;
  }
}
for (const title of Object.keys(spared)) if (!used.has(title)) fault(`"${title}" is spared but never needed`, 'check.mjs');
for (const [what, page] of faults) console.error(`${page}: ${what}`);
console.log(`Letters: ${checked} checked, ${faults.size} faults`);
process.exit(checked && !faults.size ? 0 : 1);

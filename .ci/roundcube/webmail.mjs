// A person at Roundcube, Elastic skin, in Italian: opens mail, clicks, writes, sends.
import { patience, until } from './desk.mjs';

const { ROUNDCUBE, PASSWORD } = process.env;

export class Person {
  constructor(address, page) { Object.assign(this, { address, page }); }

  /** enter logs in, in a browser context of its own. */
  static async enter(browser, address, options = {}) {
    const context = await browser.newContext({ locale: 'it-IT', timezoneId: 'Europe/Rome', viewport: { width: 1280, height: 900 }, ...options });
    context.setDefaultTimeout(patience);
    const page = await context.newPage();
    page.on('dialog', dialog => dialog.accept()); // "leave this page?"
    await page.goto(ROUNDCUBE);
    await page.fill('#rcmloginuser', address);
    await page.fill('#rcmloginpwd', PASSWORD);
    await page.click('#rcmloginsubmit');
    await page.waitForSelector('#messagelist', { state: 'attached' });
    return new Person(address, page);
  }

  go(query) { return this.page.goto(`${ROUNDCUBE}?_task=mail&${query}`); }

  /** open shows a mail of the INBOX on a page of its own and returns its body. */
  async open(mail) {
    await this.go(`_mbox=INBOX&_uid=${mail.uid}&_action=show`);
    const body = this.page.locator('#messagebody');
    await body.waitFor();
    return body;
  }

  /** write opens the page for a new mail. */
  async write(to, subject) {
    await this.go('_action=compose');
    await this.editing();
    await this.page.locator('#compose_to .recipient-input input').fill(`${to},`);
    await this.page.fill('#compose-subject', subject);
  }

  /** reply opens the mail and presses Reply. */
  async reply(mail) {
    await this.open(mail);
    await this.page.locator('a.reply:visible').first().click();
    await this.editing();
  }

  /** follow clicks a mailto link of the open mail and chooses, in the menu that opens, to write. */
  async follow(name) {
    await this.page.locator('#messagebody a', { hasText: name }).first().click();
    await this.page.locator('.popover a.compose.active:visible').click({ force: true }); // Elastic never takes its aria-disabled back
    await this.editing();
  }

  async editing() {
    await this.page.waitForURL(/_action=compose.*_id=|_id=.*_action=compose/);
    await this.page.waitForFunction(() => window.rcmail?.env.action === 'compose' && document.readyState === 'complete' && !window.rcmail.busy);
  }

  /** plain edits the text as the textarea holds it. */
  async plain(edit) {
    const area = this.page.locator('#composebody');
    await area.fill(edit(await area.inputValue()));
  }

  /** rich turns the editor to HTML. */
  async rich() {
    await this.page.evaluate(() => window.rcmail.command('toggle-editor', { id: 'composebody', html: true }));
    await this.page.waitForFunction(() => window.tinymce?.get('composebody')?.initialized);
  }

  /** paste puts HTML where the caret is, as the editor does with what is pasted. */
  paste(html) { return this.page.evaluate(html => window.tinymce.get('composebody').insertContent(html), html); }

  /** below sets the caret behind the words and begins a new line there; before any words, at the very top. */
  async below(words) {
    await this.page.evaluate(words => {
      const editor = window.tinymce.get('composebody'), doc = editor.getDoc();
      const walk = doc.createTreeWalker(editor.getBody(), 4 /* text */);
      while (walk.nextNode() && !walk.currentNode.data.includes(words));
      if (!walk.currentNode.data?.includes(words)) throw new Error(`the editor does not quote ${words}`);
      editor.focus();
      editor.selection.setCursorLocation(walk.currentNode, walk.currentNode.data.indexOf(words) + words.length);
    }, words);
    await this.page.keyboard.press('Enter');
  }

  type(text) { return this.page.keyboard.type(text); }

  /** send presses Send and waits until Roundcube is done. */
  async send() {
    await this.page.locator('.btn.send:visible').first().click();
    await this.page.waitForURL(url => !url.href.includes('_action=compose'));
  }

  /** picture waits until a picture stands in the open mail, loaded, between two pieces of its text. */
  picture(before, after) {
    return until(`a picture between "${before}" and "${after}"`, () => this.page.evaluate(([before, after]) => {
      const body = document.querySelector('#messagebody'), range = document.createRange();
      return [...body.querySelectorAll('img')].some(img => {
        if (!img.complete || !img.naturalWidth) return false;
        range.setStart(body, 0), range.setEndBefore(img);
        const above = range.toString();
        range.setStartAfter(img), range.setEnd(body, body.childNodes.length);
        return above.includes(before) && range.toString().includes(after) && !above.includes(after);
      });
    }, [before, after]));
  }
}

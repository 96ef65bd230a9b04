package mailout

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestLettersInABrowser renders every letter in both languages at the width of
// a phone and of a desktop, light and dark: nothing is wider than its window,
// every word stands out from its background (WCAG 2, 4.5 to 1), and nothing is
// loaded.
func TestLettersInABrowser(t *testing.T) {
	browser := chromium(t)
	var wrapper strings.Builder
	wrapper.WriteString("<!DOCTYPE html><meta charset=utf-8><body>")
	frames := 0
	for _, language := range []string{"it", "en"} {
		letters, err := composer().Specimens(language)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range letters {
			for width, scheme := range map[int]string{320: "dark", 800: "light"} { // width is no matter of colours
				fmt.Fprintf(&wrapper, `<iframe title="%s %s %d %s" width=%d height=600 style="border:0;color-scheme:%s" srcdoc="%s"></iframe>`,
					language, l.Name, width, scheme, width, scheme, html.EscapeString(strings.Replace(drawn(l.HTML), "</head>", thunderbird+"</head>", 1)))
				frames++
			}
		}
	}
	wrapper.WriteString("<pre id=seen></pre><script>" + measuring + "</script>")
	file := filepath.Join(t.TempDir(), "letters.html")
	if err := os.WriteFile(file, []byte(wrapper.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	var seen struct {
		Frames int
		Dark   int
		Faults []string
	}
	if err := json.Unmarshal([]byte(printed(t, browser, file)), &seen); err != nil {
		t.Fatal(err)
	}
	if seen.Frames != frames || seen.Dark != frames/2 {
		t.Errorf("the browser showed %d of %d letters, %d of them dark", seen.Frames, frames, seen.Dark)
	}
	for _, fault := range seen.Faults {
		t.Error(fault)
	}
}

// thunderbird is what that program adds to the style of a letter.
const thunderbird = `<style>img { max-inline-size: calc(100vw - 16px) !important; }</style>`

// measuring looks at every frame once it is laid out and prints what is wrong.
const measuring = `
const luminance = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
const numbers = color => color.match(/[\d.]+/g).map(Number);
addEventListener('load', () => {
  const faults = []; let dark = 0;
  const frames = [...document.querySelectorAll('iframe')];
  for (const frame of frames) {
    const doc = frame.contentDocument, win = frame.contentWindow, say = what => faults.push(frame.title + ': ' + what);
    if (win.matchMedia('(prefers-color-scheme: dark)').matches) dark++;
    if (doc.documentElement.scrollWidth > frame.clientWidth) say('is ' + doc.documentElement.scrollWidth + ' px wide');
    if (win.performance.getEntriesByType('resource').length > 0) say('loads something');
    const probe = doc.createElement('div'); probe.style.backgroundColor = 'Canvas'; doc.body.append(probe);
    const canvas = win.getComputedStyle(probe).backgroundColor; probe.remove();
    const walk = doc.createTreeWalker(doc.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      if (!walk.currentNode.data.trim()) continue;
      const element = walk.currentNode.parentElement;
      let back = canvas;
      for (let e = element; e; e = e.parentElement) {
        const color = win.getComputedStyle(e).backgroundColor;
        if (numbers(color).length < 4 || numbers(color)[3] > 0) { back = color; break; }
      }
      const [a, b] = [win.getComputedStyle(element).color, back].map(numbers).map(luminance).sort((x, y) => y - x);
      const contrast = (a + 0.05) / (b + 0.05);
      if (contrast < 4.5) say('contrast ' + contrast.toFixed(2) + ' of "' + walk.currentNode.data.trim().slice(0, 40) + '"');
    }
  }
  document.getElementById('seen').textContent = JSON.stringify({Frames: frames.length, Dark: dark, Faults: faults});
});`

// chromium is the path of a browser. Without one the test is skipped, or
// fails where nothing may be.
func chromium(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err == nil {
		return path
	}
	if os.Getenv("SPORTELLO_REQUIRE_SERVERS") != "" {
		t.Fatal("chromium is not installed")
	}
	t.Skip("chromium is not installed")
	return ""
}

// printed opens a local file and returns what its script wrote into #seen.
func printed(t *testing.T, browser, file string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
		"--user-data-dir="+t.TempDir(), "--virtual-time-budget=60000", "--dump-dom", "file://"+file)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("chromium: %v", err)
	}
	seen := regexp.MustCompile(`(?s)<pre id="seen">(.+?)</pre>`).FindSubmatch(out)
	if seen == nil {
		t.Fatalf("chromium printed no result in %d bytes", len(out))
	}
	return html.UnescapeString(string(seen[1]))
}

// TestMailtoLinks reads every mailto link of every letter back (RFC 6068): the
// address is one that the notice holds, the subject has the ticket's tag.
func TestMailtoLinks(t *testing.T) {
	links := regexp.MustCompile(`mailto:[^\s"<>]+`)
	for _, language := range []string{"it", "en"} {
		for name, n := range Samples(language) {
			l, raw := compose(t, n)
			_, page, _ := read(t, raw)
			for form, text := range map[string]string{"text": l.Text, "HTML": html.UnescapeString(page)} {
				for _, link := range links.FindAllString(text, -1) {
					u, err := url.Parse(link)
					if err != nil {
						t.Errorf("%s %s, %s: %v", language, name, form, err)
						continue
					}
					address, err := url.PathUnescape(u.Opaque)
					query, err2 := url.ParseQuery(strings.ReplaceAll(u.RawQuery, "+", "%2B"))
					if err != nil || err2 != nil {
						t.Errorf("%s %s, %s: %q: %v, %v", language, name, form, link, err, err2)
						continue
					}
					switch address {
					case n.ReplyTo, n.NoteAddress:
						if want := "[Assistenza Example #1042]"; !strings.HasPrefix(query.Get("subject"), want) {
							t.Errorf("%s %s, %s: the subject %q has no %s", language, name, form, query.Get("subject"), want)
						}
					case "assistenza+t10041.7.a21300.k7x2m@example.it": // a ticket that a summary names
						if want := "[Assistenza Example #10041]"; query.Get("subject") != want {
							t.Errorf("%s %s, %s: the subject %q is not %s", language, name, form, query.Get("subject"), want)
						}
					case "commerciale@example.it", "mario@esempio.it", "assistenza@example.it": // the commercial contact, a bounced recipient, the desk itself
					default:
						t.Errorf("%s %s, %s: a link to %q", language, name, form, address)
					}
					if strings.Contains(link, "+") {
						t.Errorf("%s %s, %s: a raw + in %q", language, name, form, link)
					}
				}
			}
		}
	}
}

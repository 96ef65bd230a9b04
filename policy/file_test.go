package policy

import "testing"

func TestDefaultHasNoFaults(t *testing.T) {
	if _, err := Load("default.toml", DefaultFile(), rome(t)); err != nil {
		t.Error(err)
	}
	p := Default(nil)
	if p.AnswerDays != 7 || p.QuoteDays != 7 || p.WarnDays != 5 || p.CloseDays != 7 || p.LapsedDays != 30 || p.RemindDays != 2 {
		t.Errorf("days of the default: %+v", p)
	}
}

func TestDigestChangesWithAnyByte(t *testing.T) {
	file := DefaultFile()
	seen := map[string]int{loaded(t, file).Digest(): -1}
	for i := range file {
		if file[i] != '#' { // a comment may say anything
			continue
		}
		file[i+1] ^= 1
		if p, err := Load("policy.toml", file, nil); err == nil {
			if before, twice := seen[p.Digest()]; twice || len(p.Digest()) != 12 {
				t.Errorf("change of byte %d has the digest %s of %d", i+1, p.Digest(), before)
			}
			seen[p.Digest()] = i + 1
		}
		file[i+1] ^= 1
	}
	if len(seen) < 20 {
		t.Errorf("only %d files were compared", len(seen))
	}
}

func TestWarnings(t *testing.T) {
	if got := Default(rome(t)).Warnings(); len(got) != 5 || got[0] != "contact.commercial_email: empty, letters leave it out" {
		t.Errorf("warnings %q", got)
	}
	p := loaded(t, edited(t, `shop_url = "" `, `shop_url = "https://example.it/crediti" `))
	if p.Contact.ShopURL != "https://example.it/crediti" || len(p.Warnings()) != 4 {
		t.Errorf("contact %+v, warnings %q", p.Contact, p.Warnings())
	}
}

package mailout

import (
	"testing"
)

func TestTemplatesParse(t *testing.T) {
	if err := new(Composer).Check(); err != nil {
		t.Fatal(err)
	}
}

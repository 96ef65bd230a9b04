package mailin

// language is the language of text, or "" when it cannot be told.
func language(text string) string { return "" }

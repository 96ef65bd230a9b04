package mailin

// trim splits text into what was written this time and the signature.
func trim(text string) (reply, signature string) { return text, "" }

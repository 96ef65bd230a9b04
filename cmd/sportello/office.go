package main

// office is a desk that is open: its configuration, its store and its verbs.
type office struct {
	config *Config
}

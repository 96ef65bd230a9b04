// Command notices prints the licences of what a program is linked with: of every
// module, and of Go itself, each file that states one and lies in a folder of a
// linked package or above it. A module without one is an error.
//
//	go run notices.go PROGRAM    where PROGRAM is a package of the module in the working directory
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

func main() {
	out := bufio.NewWriter(os.Stdout)
	if err := errors.Join(notices(out, os.Args[1]), out.Flush()); err != nil {
		fmt.Fprintln(os.Stderr, "notices:", err)
		os.Exit(1)
	}
}

// linked is one package of the program, as `go list` tells it.
type linked struct {
	Dir      string
	Standard bool
	Root     string
	Module   *struct {
		Path, Version, Dir string
		Main               bool
	}
}

func notices(out io.Writer, program string) error {
	list, err := exec.Command("go", "list", "-deps", "-json=Dir,Standard,Root,Module", program).Output()
	if err != nil {
		return fmt.Errorf("listing what %s is linked with: %w", program, err)
	}
	found := map[string][]string{} // a module's name → files
	roots := map[string]string{}
	for d := json.NewDecoder(bytes.NewReader(list)); ; {
		var p linked
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		name, root := "Go", p.Root
		switch {
		case p.Standard:
		case p.Module == nil || p.Module.Main:
			continue
		default:
			name, root = p.Module.Path+" "+p.Module.Version, p.Module.Dir
		}
		roots[name] = root
		for dir := p.Dir; strings.HasPrefix(dir, root); dir = filepath.Dir(dir) {
			found[name] = append(found[name], licences(dir)...)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(roots)) {
		files := slices.Compact(slices.Sorted(slices.Values(found[name])))
		if len(files) == 0 {
			return fmt.Errorf("%s has no licence in %s", name, roots[name])
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			shown, _ := filepath.Rel(roots[name], file)
			fmt.Fprintf(out, "%s\n%s: %s\n\n%s\n\n", strings.Repeat("=", 78), name, shown, bytes.TrimSpace(text))
		}
	}
	return nil
}

var states = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|copyright|patents|authors)([-._].*)?$`)

// licences are the files in dir that state a licence.
func licences(dir string) (files []string) {
	entries, _ := os.ReadDir(dir) // what cannot be read holds none: the module is missed then
	for _, e := range entries {
		if e.Type().IsRegular() && states.MatchString(e.Name()) && filepath.Ext(e.Name()) != ".go" {
			files = append(files, filepath.Join(dir, e.Name()))
		}
	}
	return files
}

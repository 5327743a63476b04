package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"magpie/internal/store"
	"magpie/internal/store/storetest"
)

// mistyped are addresses as people get them wrong, with a password that shows. Nothing leaves this machine: nobody listens at port 1.
func mistyped(password string) (all []string) {
	good := "postgres://magpie:" + password + "@127.0.0.1:1/shop"
	change := func(old, fresh string) { all = append(all, strings.Replace(good, old, fresh, 1)) }
	for _, scheme := range []string{"postgres:/", "postgres:", "postgres//", "postgres:///", "postgres;//", "postgre://", "postgress://",
		"Postgres://", "POSTGRES://",
		"postgresql:/", "postgresq1://", "psql://", "pg://", "jdbc:postgresql://", "http://", "https://", "postgres://postgres://",
		"postgres:\\\\", "", "//", "postgres ://"} {
		change("postgres://", scheme)
	}
	for _, at := range []string{"", "@@", "%40", " @", "@ ", "＠", "#@", "?@", "/@", "\\@", "[@", "%@", "%zz@", "\t@", ":@", "@[", "\n@",
		"&@", ";@"} {
		change("@", at)
	}
	for _, port := range []string{":", ":5432x", ":99999", ":-1", ": 1", ":1:2", ":port", ",127.0.0.1:1", "：1"} {
		change(":1/", port+"/")
	}
	for _, rest := range []string{"/shop?sslmode=maybe", "/shop?sslmode", "/shop?connect_timeout=x", "?shop", "/shop?password=" +
		password, "/shop?passwort=" + password,
		"/shop?port=many", "/shop?host=", "/shop#x", "", "/", "/shop\"", "/shop'", "/shop?sslrootcert=/no/such", "/shop?search_path=a b",
		"/shop?sslpassword=" + password,
		"/shop?target_session_attrs=x", "/shop?sslcert=x&sslkey=y", "/shop?service=none", "/shop;sslmode=disable"} {
		change("/shop", rest)
	}
	for _, whole := range []string{" %s", "%s ", "'%s'", "\"%s\"", "<%s>", "database: %s", "MAGPIE_DATABASE=%s", "%s,", "file:%s", "./%s",
		"%s\r"} {
		all = append(all, fmt.Sprintf(whole, good))
	}
	for _, dsn := range []string{"host=127.0.0.1 port=1 user=magpie password=%s dbname=shop",
		"host=127.0.0.1 port=1 user=magpie password=%s database=shop",
		"user=magpie password=%s host=127.0.0.1", "magpie:%s@127.0.0.1:1/shop", "magpie:%s@tcp(127.0.0.1:1)/shop",
		"host=127.0.0.1;password=%s",
		"Server=127.0.0.1;Port=1;User Id=magpie;Password=%s;Database=shop", "sqlite://magpie:%s@shop.db",
		"mysql://magpie:%s@127.0.0.1:1/shop"} {
		all = append(all, fmt.Sprintf(dsn, password))
	}
	return all
}

// TestMistypedAddress: however an address is mistyped, its password is in no message, and becomes no file's name.
func TestMistypedAddress(t *testing.T) {
	storetest.SQLiteOnly(t, "nothing is reached")
	const password = "pw-9d1c-hidden"
	t.Chdir(t.TempDir())
	shows := 0
	for _, place := range mistyped(password) {
		db, err := store.Open(t.Context(), place, one())
		if err == nil {
			if strings.Contains(db.Path, password) {
				t.Errorf("%q is opened as the file %q", place, db.Path)
			}
			db.Close()
		} else if strings.Contains(err.Error(), password) {
			shows++
			t.Errorf("%q: %v", place, err)
		}
		if store.IsPostgres(place) && strings.Contains(store.Shown(place), password) {
			shows++
			t.Errorf("%q is shown as %q", place, store.Shown(place))
		}
	}
	files, err := filepath.Glob("*" + password + "*")
	if inside, _ := filepath.Glob("*/*" + password + "*"); err != nil || len(files)+len(inside) > 0 {
		t.Errorf("files whose name has the password: %q %q, %v", files, inside, err)
	}
	if entries, _ := os.ReadDir("."); len(entries) > 0 {
		t.Logf("left behind: %v", entries)
	}
	t.Logf("%d of %d show the password", shows, len(mistyped(password)))
}

package people

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"magpie/internal/store"
)

// Bought is what a person has bought, of the orders that the shop has told of and that no list has counted.
type Bought struct {
	Person int64 `json:"person"`
	Orders int64 `json:"orders"`
	Spent  int64 `json:"spent"` // see Money
	Last   int64 `json:"last"`  // when, in milliseconds; 0: never
}

// SetBought keeps what persons have bought, beside what lists say.
func SetBought(ctx context.Context, tx *sql.Tx, all []Bought) error {
	each, err := store.Each(all)
	if err != nil || len(all) == 0 {
		return err
	}
	const last = `CAST(j.value ->> 'last' AS BIGINT)`
	_, err = tx.ExecContext(ctx, `UPDATE persons SET orders = listed_orders + CAST(j.value ->> 'orders' AS BIGINT),
		spent = listed_spent + CAST(j.value ->> 'spent' AS BIGINT),
		last_order = CASE WHEN `+last+` > COALESCE(listed_last, 0) THEN `+last+` ELSE listed_last END
		FROM json_each($1) j WHERE persons.id = CAST(j.value ->> 'person' AS BIGINT)`, each)
	return err
}

// Sums are what is kept of a person's orders, and whether they want to be left alone.
func Sums(ctx context.Context, tx *sql.Tx, id int64) (p Person, err error) {
	p.ID = id
	err = tx.QueryRowContext(ctx,
		`SELECT orders, spent, EXISTS (SELECT 1 FROM optouts o WHERE o.person = persons.id) FROM persons WHERE id = $1`,
		id).Scan(&p.Orders, &p.Spent, &p.OptedOut)
	return p, err
}

// Spent prints parts of a currency: with two decimals, or more where there are more.
func Spent(parts int64) string {
	text := fmt.Sprintf("%d.%04d", parts/Money, parts%Money)
	for range 2 {
		text = strings.TrimSuffix(text, "0")
	}
	return text
}

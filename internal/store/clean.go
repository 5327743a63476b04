package store

import (
	"context"
	"database/sql/driver"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// clean makes connections that hand Postgres every text as it takes it.
type clean struct{ driver.Connector }

// Connect implements driver.Connector.
func (c clean) Connect(ctx context.Context) (driver.Conn, error) {
	x, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return cleanConn{x.(*stdlib.Conn)}, nil
}

type cleanConn struct{ *stdlib.Conn }

// CheckNamedValue implements driver.NamedValueChecker.
func (c cleanConn) CheckNamedValue(v *driver.NamedValue) error {
	if s, ok := v.Value.(string); ok {
		v.Value = Text(s)
	}
	return c.Conn.CheckNamedValue(v)
}

func connector(cfg *pgx.ConnConfig) driver.Connector { return clean{stdlib.GetConnector(*cfg)} }
